internal import Auth
internal import Foundation
internal import NIOConcurrencyHelpers
internal import PKI
internal import SAML
internal import Time

/// A SAML identity provider that vouches for people, by the metadata in its file.
///
/// The file is read again when it has changed; one that can't be used leaves the last good one in force until that ends.
final class SAMLProvider: PersonProvider {
    let settings: SAMLSettings
    let key: RequestKey?
    /// The certificate of our key, DER; nil where there is none.
    let certificate: [UInt8]?
    private let vault = LogoutVault()
    private let decryption: AssertionDecryption?
    private let clock: @Sendable () -> Int64
    private let state: NIOLockedValueBox<State>

    private struct State {
        var known: Known
        var stamp: FileStamp?
        var fault: String?
    }

    /// What is known of it.
    struct Known: Sendable {
        let metadata: SAMLMetadata
        let keys: [SignatureKey]

        /// Where messages of single logout are sent by an address; nil where it names no such place.
        var signOff: SAMLMetadata.Endpoint? {
            metadata.signOff.first { $0.binding == .redirect }
        }
    }

    /// Reads its metadata and our key.
    ///
    /// - Throws: `SAMLSetup` that names the file and what is wrong with it.
    init(
        _ settings: SAMLSettings, clocks: Clocks,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        self.settings = settings
        clock = clocks.wall
        let stamp = FileStamp(path: settings.metadataPath)
        state = NIOLockedValueBox(State(known: try Self.read(settings), stamp: stamp))
        guard let source = settings.key else {
            (key, decryption, certificate) = (nil, nil, nil)
            return
        }
        let pem = String(
            decoding: try source.read(as: "auth.saml.key", environment: environment),
            as: UTF8.self)
        guard let key = RequestKey(pemRepresentation: pem),
            let decryption = try? AssertionDecryption(pemKeys: [pem], takesCBC: settings.takesCBC)
        else {
            throw SAMLSetup(
                description: "auth.saml.key of \(settings.name) is no RSA key of 2048 to 8192 bits"
            )
        }
        guard
            let certificate = settings.certificatePath.flatMap({
                try? String(contentsOfFile: $0, encoding: .utf8)
            }).flatMap(PublishedCertificate.der(fromPEM:))
        else {
            throw SAMLSetup(
                description: "auth.saml.certificate_file of \(settings.name) is no PEM certificate")
        }
        self.certificate = certificate
        self.key = key
        self.decryption = decryption
    }

    var name: String { settings.name }
    var kind: ProviderKind { .saml }
    /// What its first metadata named: a file that names another provider is not taken.
    var authority: String { state.withLockedValue { $0.known.metadata.entityID } }
    var rolesAllowed: [String] { settings.rolesAllowed }
    var canConfirm: Bool { false }

    func confirm(
        _ person: String, _ handle: ProviderHandle, session: String
    ) async throws(ProviderFault) -> VouchedPerson {
        throw .unavailable(reason: "SAML has no way to ask again")
    }

    func forget(session: String) { vault.forget(session) }

    /// Keeps what a sign-on named, once its session is there.
    func keep(_ name: LogoutVault.Name, for session: String) { vault.keep(name, for: session) }

    /// Whom to name when somebody signs off there as well; nil for a session of another provider, and of before the start.
    func logoutName(of session: String) -> LogoutVault.Name? { vault.name(for: session) }

    /// One line while it can't be used, or will soon be not.
    var note: String? {
        let (fault, known) = state.withLockedValue { ($0.fault, $0.known) }
        if let fault { return "the provider \(name): \(fault)" }
        return known.metadata.isValid(atSeconds: nowSeconds)
            ? nil : "the provider \(name): its metadata has ended (validUntil)"
    }

    var nowSeconds: Int64 { clock() / 1_000_000_000 }

    /// What it is known by now.
    ///
    /// - Throws: ``ProviderFault/unavailable(reason:)`` where its metadata has ended.
    func known() throws(ProviderFault) -> Known {
        refresh()
        let known = state.withLockedValue { $0.known }
        guard known.metadata.isValid(atSeconds: nowSeconds) else {
            throw .unavailable(reason: "the metadata has ended (validUntil)")
        }
        return known
    }

    /// Who a response names.
    ///
    /// - Throws: ``SAMLRefusal`` or ``ProviderFault``.
    func judge(
        _ response: [UInt8], rules: AssertionRules
    ) throws -> (person: VouchedPerson, response: SAMLResponse) {
        let response = try SAMLResponse(
            response, keys: try known().keys, demand: settings.demand, decryption: decryption,
            rules: rules)
        let person = try SAMLPerson.named(
            by: response.assertion, of: settings, nowNanoseconds: clock())
        return (person, response)
    }

    private func refresh() {
        let stamp = FileStamp(path: settings.metadataPath)
        guard state.withLockedValue({ $0.stamp }) != stamp else { return }
        let read = Result { try Self.read(settings) }
        let entity = authority
        state.withLockedValue { state in
            state.stamp = stamp
            switch read {
            case .success(let known) where known.metadata.entityID.isSame(as: entity):
                state.known = known
                state.fault = nil
            case .success: state.fault = "its metadata names another provider now"
            case .failure(let error): state.fault = "\(error)"
            }
        }
    }

    private static func read(_ settings: SAMLSettings) throws -> Known {
        let path = settings.metadataPath
        guard let data = FileManager.default.contents(atPath: path) else {
            throw SAMLSetup(description: "auth.saml.metadata_file: can't read \(path)")
        }
        do {
            let metadata = try SAMLMetadata(
                Array(data), entityID: settings.entityID, signers: nil)
            let keys = metadata.certificates.compactMap(
                PublishedCertificate.subjectPublicKeyInfo(of:)
            ).compactMap { SignatureKey(subjectPublicKeyInfo: $0) }
            guard !keys.isEmpty else {
                throw SAMLSetup(
                    description: "\(path): no signing key of a kind and size that is taken")
            }
            return Known(metadata: metadata, keys: keys)
        } catch let refusal as SAMLRefusal {
            throw SAMLSetup(description: "\(path): \(refusal)")
        }
    }
}

/// What is wrong with a provider's files or our key.
struct SAMLSetup: Error, CustomStringConvertible {
    let description: String
}

extension String {
    /// Whether both have the same code units.
    fileprivate func isSame(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension PersonProviders {
    /// Those of SAML.
    var saml: [SAMLProvider] { all.compactMap { $0 as? SAMLProvider } }
}
