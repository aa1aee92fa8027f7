internal import Auth
internal import Foundation
internal import SAML
internal import Time

/// A SAML identity provider that vouches for people, by its metadata.
final class SAMLProvider: PersonProvider {
    let settings: SAMLSettings
    let knowledge: SAMLKnowledge
    let own: OwnSAMLKeys
    private let vault = LogoutVault()
    private let clock: @Sendable () -> Int64

    /// Reads the files that are named: its metadata, our keys.
    ///
    /// - Throws: `SAMLSetup` that names the file and what is wrong with it.
    init(
        _ settings: SAMLSettings, clocks: Clocks,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        self.settings = settings
        clock = clocks.wall
        knowledge = try SAMLKnowledge(settings, clocks: clocks)
        own = try OwnSAMLKeys(settings, environment: environment)
    }

    var name: String { settings.name }
    var kind: ProviderKind { .saml }
    var authority: String { knowledge.entity }
    /// What signs our messages; nil where nothing does.
    var key: RequestKey? { own.signing }
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
        let standing = knowledge.standing
        return (standing.fault ?? standing.alarm).map { "the provider \(name): \($0)" }
    }

    var nowSeconds: Int64 { clock() / 1_000_000_000 }

    /// Judges by what is known, and once more where a key is not known and its metadata was read again.
    ///
    /// - Throws: What the judging throws, or ``ProviderFault/unavailable(reason:)``.
    func believing<Judged>(_ judging: (SAMLKnown) throws -> Judged) async throws -> Judged {
        do {
            return try judging(try await knowledge.known())
        } catch SAMLRefusal.unknownKey {
            guard await knowledge.refetch() else { throw SAMLRefusal.unknownKey }
            return try judging(try await knowledge.known())
        }
    }

    /// Who a response names, by what is known.
    ///
    /// - Throws: ``SAMLRefusal``.
    func judge(
        _ response: [UInt8], by known: SAMLKnown, rules: AssertionRules
    ) throws(SAMLRefusal) -> (person: VouchedPerson, response: SAMLResponse) {
        let response = try SAMLResponse(
            response, keys: known.keys, demand: settings.demand, decryption: own.decryption,
            rules: rules)
        let person = try SAMLPerson.named(
            by: response.assertion, of: settings, nowNanoseconds: clock())
        return (person, response)
    }
}

extension PersonProviders {
    /// Those of SAML.
    var saml: [SAMLProvider] { all.compactMap { $0 as? SAMLProvider } }
}
