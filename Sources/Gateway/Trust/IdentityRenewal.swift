internal import Crypto
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import PKI
internal import ServiceLifecycle
internal import Time
internal import Wire

/// Keeps the gateway's own certificate fresh, and TLS contexts young.
///
/// A new context forgets the ticket keys of the old one, so that no TLS session can be resumed for longer than one round.
final class IdentityRenewal: Service {
    /// For listeners that demand a client certificate.
    let contexts: TLSContextBox
    /// For the listener of people, which asks for none.
    let peopleContexts: TLSContextBox
    /// For the one of everybody.
    let federationContexts: TLSContextBox
    private let store: TrustDomainStore
    private let issuances: IssuanceLog
    private let threads: KeyThreads
    private let names: ServerNames
    private let peopleFiles: CertificateFiles?
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    private let ticker: any Ticker
    private let current: NIOLockedValueBox<Current>

    /// That of the people listener's files.
    private let peopleLife: NIOLockedValueBox<CertificateLife?>

    private struct Current {
        let identity: ServerIdentity
        let issuedAtNanoseconds: Int64
        let renewAtNanoseconds: Int64
        /// When a late renewal was last begun.
        var triedAtNanoseconds = Int64.min
    }

    init(
        store: TrustDomainStore, issuances: IssuanceLog, threads: KeyThreads,
        configuration: GatewayConfiguration, logger: Logger,
        clock: @escaping @Sendable () -> Int64, ticker: any Ticker
    ) throws {
        self.store = store
        self.issuances = issuances
        self.threads = threads
        self.logger = logger
        self.clock = clock
        self.ticker = ticker
        names = ServerNames(configuration)
        peopleFiles = CertificateFiles(configuration.people)
        let first = try Self.make(store, issuances, names, clock())
        current = NIOLockedValueBox(first)
        let own = try Self.settings(first.identity, .notAsked)
        contexts = try TLSContextBox(try Self.settings(first.identity, .required))
        federationContexts = try TLSContextBox(own)
        let people = try peopleFiles?.box()
        peopleContexts = try people?.0 ?? TLSContextBox(own)
        peopleLife = NIOLockedValueBox(people?.1)
    }

    /// The certificates that the listeners show.
    var lives: [CertificateLife] {
        let current = current.withLockedValue { $0 }
        let own = CertificateLife(
            kind: .gateway, name: "maxine", beginNanoseconds: current.issuedAtNanoseconds,
            endNanoseconds: current.identity.expiresAtNanoseconds)
        return [own] + (peopleLife.withLockedValue { $0 }.map { [$0] } ?? [])
    }

    func run() async {
        await ticker.run(.identity) {
            if isDue(current.withLockedValue { $0 }, clock()) {
                // Whatever comes of it is in the log.
                try? await threads.run { () throws(PKIError) in self.refresh() }
            } else {
                refresh()
            }
        }
    }

    /// Puts a new context in place, with a new certificate once half of the old one's life is over or another authority signs.
    ///
    /// - Parameter mayWait: Whether the caller may wait for a key that is kept outside. Where not, and that is needed, the new
    ///   certificate follows by itself.
    func refresh(mayWait: Bool = true) {
        let now = clock()
        var identity = current.withLockedValue { $0 }
        if isDue(identity, now) {
            if mayWait || !store.authority.waits {
                identity = renewed(identity, now)
            } else {
                threads.begin { self.refresh() }
            }
        }
        do {
            try contexts.swap(try Self.settings(identity.identity, .required))
            let own = try Self.settings(identity.identity, .notAsked)
            try federationContexts.swap(own)
            if peopleFiles == nil { try peopleContexts.swap(own) }
            current.withLockedValue { [identity] in $0 = identity }
        } catch {
            logger.error("TLS contexts can't be made anew, the old ones stay: \(error)")
        }
        readPeopleFiles()
    }

    /// A new certificate; the old one where there is none.
    private func renewed(_ old: Current, _ now: Int64) -> Current {
        do {
            let made = try Self.make(store, issuances, names, now)
            logger.notice("own certificate renewed, serial \(made.identity.serial)")
            return made
        } catch {
            logger.error("own certificate not renewed, the old one stays: \(error)")
            return old
        }
    }

    /// Whoever renews the files has them taken at the next round.
    private func readPeopleFiles() {
        guard let peopleFiles else { return }
        do {
            let life = try peopleFiles.renew(peopleContexts)
            peopleLife.withLockedValue { $0 = life }
        } catch {
            logger.error(
                "the people listener's certificate is not taken, the old one stays: \(error)")
        }
    }

    /// The same at once where the time has come before the next round: the machine slept, or its clock was set.
    func refreshIfLate() {
        let now = clock()
        let isLate = current.withLockedValue { current in
            let tried = Span.between(current.triedAtNanoseconds, now)
            guard isDue(current, now), tried >= Self.retryNanoseconds else {
                return false
            }
            current.triedAtNanoseconds = now
            return true
        }
        if isLate { refresh(mayWait: false) }
    }

    /// A certificate of an authority that signs no more is late, however young it is.
    private func isDue(_ current: Current, _ now: Int64) -> Bool {
        now >= current.renewAtNanoseconds || current.identity.issuerKeyID != store.authority.keyID
    }

    /// An attempt that failed is followed by the next one no sooner.
    private static let retryNanoseconds: Int64 = 5_000_000_000

    private static func make(
        _ store: TrustDomainStore, _ issuances: IssuanceLog, _ names: ServerNames, _ now: Int64
    ) throws -> Current {
        let identity = try store.serverIdentity(
            dnsNames: names.dns, ipAddresses: names.addresses, nowNanoseconds: now)
        try issuances.record([identity.issued])
        return Current(
            identity: identity, issuedAtNanoseconds: now,
            renewAtNanoseconds: Span.after(
                now, Span.between(now, identity.expiresAtNanoseconds) / 2))
    }

    private static func settings(
        _ identity: ServerIdentity, _ certificates: TLSSettings.ClientCertificates
    ) throws -> TLSSettings {
        let key = try P256.Signing.PrivateKey(derRepresentation: identity.privateKeyDER)
        return TLSSettings(
            certificateChain: identity.chainDER, privateKeyPEM: Array(key.pemRepresentation.utf8),
            clientCertificates: certificates,
            minimumVersion: certificates == .required ? .tls13 : .tls12)
    }
}
