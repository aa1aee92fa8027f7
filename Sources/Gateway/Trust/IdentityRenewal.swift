internal import Crypto
internal import Logging
internal import NIOConcurrencyHelpers
internal import NIOCore
internal import Policy
internal import PKI
internal import ServiceLifecycle
internal import Wire

/// Keeps the gateway's own certificate fresh, and TLS contexts young.
///
/// A new context forgets the ticket keys of the old one, so that no TLS session can be resumed for longer than one interval.
final class IdentityRenewal: Service {
    /// How long one TLS context is used for new connections.
    static let contextLife = Duration.seconds(240)

    /// The contexts of the service, people and federation listeners; all change at the same moment.
    let contexts: [ListenerKind: TLSContextBox]
    private let store: TrustDomainStore
    private let names: ServerNames
    private let logger: Logger
    private let clock: @Sendable () -> Int64
    private let current: NIOLockedValueBox<Current>

    private struct Current {
        let identity: ServerIdentity
        let renewAtNanoseconds: Int64
    }

    init(
        store: TrustDomainStore, configuration: GatewayConfiguration, logger: Logger,
        clock: @escaping @Sendable () -> Int64
    ) throws {
        self.store = store
        self.logger = logger
        self.clock = clock
        names = ServerNames(configuration)
        let first = try Self.make(store, names, clock())
        current = NIOLockedValueBox(first)
        contexts = try Dictionary(
            uniqueKeysWithValues: ListenerKind.allCases.map {
                ($0, try TLSContextBox(try Self.settings(first.identity, $0)))
            })
    }

    /// Often enough that a short-lived certificate of the gateway's own is renewed in time.
    func run() async {
        let life = Duration.seconds(store.configuration.serverSeconds)
        await Pulse.run(every: min(Self.contextLife, max(.milliseconds(500), life / 10))) {
            refresh()
        }
    }

    /// Puts a new context in place, with a new certificate once half of the old one's life is over.
    ///
    /// - Parameter replacing: Whether a new certificate is needed now, because the old one's authority may be gone.
    func refresh(replacing: Bool = false) {
        let now = clock()
        do {
            var identity = current.withLockedValue { $0 }
            if replacing || now >= identity.renewAtNanoseconds {
                identity = try Self.make(store, names, now)
                logger.notice("own certificate renewed, serial \(identity.identity.serial)")
            }
            let settings = try contexts.map { kind, box in
                (box, try Self.settings(identity.identity, kind))
            }
            for (box, settings) in settings { try box.swap(settings) }
            current.withLockedValue { [identity] in $0 = identity }
        } catch {
            logger.error("own certificate not renewed, the old one stays: \(error)")
        }
    }

    private static func make(
        _ store: TrustDomainStore, _ names: ServerNames, _ now: Int64
    ) throws -> Current {
        let identity = try store.serverIdentity(
            dnsNames: names.dns, ipAddresses: names.addresses, nowNanoseconds: now)
        return Current(
            identity: identity,
            renewAtNanoseconds: now + (identity.expiresAtNanoseconds - now) / 2)
    }

    private static func settings(
        _ identity: ServerIdentity, _ listener: ListenerKind
    ) throws -> TLSSettings {
        let key = try P256.Signing.PrivateKey(derRepresentation: identity.privateKeyDER)
        var settings = TLSSettings(
            certificateChain: identity.chainDER, privateKeyPEM: Array(key.pemRepresentation.utf8),
            clientCertificates: listener == .service ? .required : .notAsked)
        if listener == .federation { settings.minimumVersion = .tls12 }
        return settings
    }
}

/// The names that the gateway's own certificate is for.
struct ServerNames: Sendable {
    let dns: [String]
    /// Each of 4 or 16 bytes.
    let addresses: [[UInt8]]

    init(_ configuration: GatewayConfiguration) {
        dns = configuration.identity.dnsNames
        let hosts =
            [
                "127.0.0.1", "::1", configuration.listen.service.host,
                configuration.listen.people.host, configuration.listen.federation.host,
            ] + configuration.identity.ipAddresses
        var seen: Set<[UInt8]> = []
        addresses = hosts.compactMap(ServerNames.bytes).filter { address in
            address.contains { $0 != 0 } && seen.insert(address).inserted
        }
    }

    private static func bytes(of host: String) -> [UInt8]? {
        guard let address = IPAddress(parsing: host) else { return nil }
        let words = address.isV4 ? [address.low << 32] : [address.high, address.low]
        let bytes = words.flatMap { word in
            withUnsafeBytes(of: word.bigEndian) { Array($0) }
        }
        return address.isV4 ? Array(bytes.prefix(4)) : bytes
    }
}
