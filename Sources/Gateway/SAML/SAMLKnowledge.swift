internal import Auth
internal import Foundation
internal import NIOConcurrencyHelpers
internal import PKI
internal import SAML
internal import Text
internal import Time

/// What is known of one SAML provider by the metadata in its file or at its address.
///
/// What can't be used, whatever is wrong with it, leaves what was known before in force until that ends.
final class SAMLKnowledge: Sendable {
    private struct State {
        var known: SAMLKnown?
        var stamp: FileStamp?
        var fault: String?
        /// How often it could not be used.
        var refusals = 0
        /// When it was asked for last, by the clock that nobody sets.
        var askedNanoseconds: Int64?
        /// For how long that is good, in seconds.
        var patienceSeconds: Int64 = 0
    }

    /// What is to be told of it.
    struct SAMLStanding: Sendable {
        let fault: String?
        let alarm: String?
        let fingerprints: [String]?
        let refusals: Int
    }

    private let source: SAMLMetadataSource
    private let signers: [SignatureKey]?
    private let clocks: Clocks
    private let state = NIOLockedValueBox(State())
    /// Who it is: named in the configuration, or by its first file.
    let entity: String

    /// Reads a file; an address is asked later, so that a provider that is away keeps only its own people out.
    ///
    /// - Throws: `SAMLSetup` that names the file and what is wrong with it.
    init(_ settings: SAMLSettings, clocks: Clocks) throws {
        source = settings.metadata
        self.clocks = clocks
        signers = try settings.signerPath.map { path in
            let certificate = try SAMLSetup.certificate(
                path, as: "auth.saml.metadata_signing_certificate", of: settings.name)
            let key = PublishedCertificate.subjectPublicKeyInfo(of: certificate).flatMap {
                SignatureKey(subjectPublicKeyInfo: $0)
            }
            guard let key else {
                throw SAMLSetup(
                    description: "auth.saml.metadata_signing_certificate of \(settings.name) has a"
                        + " key of a kind or size that is not taken")
            }
            return [key]
        }
        guard case .file(let path) = settings.metadata else {
            entity = settings.entityID ?? ""
            return
        }
        let stamp = FileStamp(path: path)
        let known: SAMLKnown
        do throws(SAMLRefusal) {
            known = try SAMLKnown(
                try Self.read(path), entity: settings.entityID, signers: signers,
                nowSeconds: clocks.wall() / 1_000_000_000)
        } catch {
            throw SAMLSetup(
                description: "auth.saml.metadata_file of \(settings.name): \(path): \(error)")
        }
        entity = known.metadata.entityID
        state.withLockedValue { ($0.known, $0.stamp) = (known, stamp) }
    }

    var standing: SAMLStanding {
        let now = nowSeconds
        return state.withLockedValue { state in
            SAMLStanding(
                fault: state.fault,
                alarm: state.known?.alarm(atSeconds: now, isOfAnAddress: !isFile),
                fingerprints: state.known?.fingerprints, refusals: state.refusals)
        }
    }

    /// What is known, while it is good, without asking.
    var current: SAMLKnown? {
        if isFile { refresh() }
        return state.withLockedValue { $0.known }.flatMap {
            $0.metadata.isValid(atSeconds: nowSeconds) ? $0 : nil
        }
    }

    /// What is known; asked for now where there is none and it was not just asked for in vain.
    ///
    /// - Throws: ``ProviderFault/unavailable(reason:)``.
    func known() async throws(ProviderFault) -> SAMLKnown {
        if let current { return current }
        if isDue { await ask() }
        if let current { return current }
        throw .unavailable(
            reason: state.withLockedValue { $0.fault } ?? "the metadata has ended (validUntil)")
    }

    /// Reads what is due.
    func look() async {
        if isFile { refresh() } else if isDue { await ask() }
    }

    /// Reads it since a message came by a key that is not known; once a minute at most.
    ///
    /// - Returns: Whether it was read, so that judging again makes sense.
    func refetch() async -> Bool {
        let now = clocks.elapsed()
        let mayAsk =
            !isFile
            && state.withLockedValue { state in
                state.askedNanoseconds.map {
                    Span.between($0, now) >= SAMLBounds.earlySeconds * 1_000_000_000
                } ?? true
            }
        guard mayAsk else { return false }
        await ask()
        return state.withLockedValue { $0.fault == nil }
    }

    private var nowSeconds: Int64 { clocks.wall() / 1_000_000_000 }

    private var isFile: Bool {
        if case .file = source { true } else { false }
    }

    private var isDue: Bool {
        let now = clocks.elapsed()
        return !isFile
            && state.withLockedValue { state in
                state.askedNanoseconds.map {
                    Span.between($0, now) >= state.patienceSeconds * 1_000_000_000
                } ?? true
            }
    }

    private func ask() async {
        guard case .address(let address, let authorities) = source else { return }
        state.withLockedValue { state in
            state.askedNanoseconds = clocks.elapsed()
            // Nobody else asks meanwhile.
            state.patienceSeconds = SAMLBounds.retrySeconds
        }
        let fetch = BoundedFetch(
            authorities: authorities, bytesMax: SAMLLimits.metadataBytesMax)
        let text: Result<[UInt8], KeyReadingFault>
        do throws(KeyReadingFault) {
            text = .success(
                try await fetch.get(
                    address, accept: "application/samlmetadata+xml, application/xml, text/xml"))
        } catch {
            text = .failure(error)
        }
        switch text {
        case .success(let bytes): take(bytes)
        case .failure(let error): refuse("\(error)")
        }
    }

    private func refresh() {
        guard case .file(let path) = source else { return }
        let stamp = FileStamp(path: path)
        let isSame = state.withLockedValue { state in
            defer { state.stamp = stamp }
            return state.stamp == stamp
        }
        if isSame { return }
        do throws(SAMLRefusal) {
            take(try Self.read(path))
        } catch {
            refuse("\(path): \(error)")
        }
    }

    private func take(_ bytes: [UInt8]) {
        let now = nowSeconds
        do throws(SAMLRefusal) {
            let known = try SAMLKnown(
                bytes, entity: isFile ? nil : entity, signers: signers, nowSeconds: now)
            guard known.metadata.entityID.isExactly(entity) else {
                return refuse("its metadata names another provider now")
            }
            state.withLockedValue { state in
                state.known = known
                state.fault = nil
                state.patienceSeconds = known.cacheSeconds(from: now)
            }
        } catch {
            refuse("its metadata can't be used: \(error)")
        }
    }

    private func refuse(_ fault: String) {
        state.withLockedValue { state in
            state.fault = fault
            state.refusals += 1
            state.patienceSeconds =
                state.known == nil ? SAMLBounds.firstRetrySeconds : SAMLBounds.retrySeconds
        }
    }

    private static func read(_ path: String) throws(SAMLRefusal) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .structure("it can't be read")
        }
        return Array(data)
    }
}
