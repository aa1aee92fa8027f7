internal import Text

/// One who vouches for people: a directory, an OpenID provider, a SAML identity provider.
package protocol PersonProvider: Sendable {
    /// Its name in the configuration, which begins its people's names.
    var name: String { get }
    /// Of which sort it is.
    var kind: ProviderKind { get }
    /// What it really is, such as an issuer: another one that gets its name later does not inherit its sessions.
    var authority: String { get }
    /// The roles that it may give; no others.
    var rolesAllowed: [String] { get }
    /// How long its word is taken before it is asked again, in seconds.
    var confirmSeconds: Int { get }

    /// One line while it can't be asked, for whoever looks whether the gateway is ready; nil while it can.
    var note: String? { get }
    /// Whether it can be asked again at all; where not, its word ends by itself.
    var canConfirm: Bool { get }

    /// Asks again about somebody who has a session.
    ///
    /// - Parameters:
    ///   - person: Their name, as it was when they signed on.
    ///   - handle: What it knows them by.
    ///   - session: The id of the session.
    /// - Returns: The person as they are now.
    /// - Throws: ``ProviderFault/refused(code:reason:)`` ends the session, ``ProviderFault/unavailable(reason:)`` keeps it for a while.
    func confirm(
        _ person: String, _ handle: ProviderHandle, session: String
    ) async throws(ProviderFault) -> VouchedPerson

    /// Takes note that a session was made of another, which hangs on the same word.
    func share(session: String, with other: String)

    /// Takes note that a session has ended, so that nothing is kept for it.
    func forget(session: String)
}

extension PersonProvider {
    package var rolesAllowed: [String] { [] }
    package var note: String? { nil }
    package var canConfirm: Bool { true }
    package var confirmSeconds: Int { SignOnLimits.confirmSecondsDefault }
    package func share(session: String, with other: String) {}
    package func forget(session: String) {}
}

/// A provider that takes passwords.
package protocol PasswordProvider: PersonProvider {
    /// When its refusals are answered.
    var pace: RefusalPace { get }

    /// Who somebody is by a name and a password as they were typed.
    ///
    /// The work is the same whether there is such a person or not.
    func signOn(user: String, password: RawToken) async throws(ProviderFault) -> VouchedPerson
}

/// Who a provider is.
struct ProviderIdentity: Sendable {
    let name: String
    let kind: ProviderKind
    let authority: String
    let rolesAllowed: [String]

    init(_ provider: any PersonProvider) {
        name = provider.name
        kind = provider.kind
        authority = provider.authority
        rolesAllowed = provider.rolesAllowed
    }
}

/// The providers that are configured.
package struct PersonProviders: Sendable {
    private let byName: [ExactText: any PersonProvider]

    /// Takes providers; no two of one name.
    package init(_ providers: [any PersonProvider] = []) {
        byName = Dictionary(
            providers.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// All of them, by name.
    package var all: [any PersonProvider] { byName.values.sorted { $0.name < $1.name } }

    /// The one whose name policies may leave out, since nobody else speaks for users; nil where there are several or none.
    package func onlyProvider(beside issuers: [TokenIssuer]) -> String? {
        let names = issuers.map(\.name) + byName.values.map(\.name)
        return names.count == 1 ? names.first : nil
    }

    /// The provider of a name.
    package subscript(name: String) -> (any PersonProvider)? { byName[ExactText(name)] }

    /// The provider of passwords of a name, or the only one where none is named.
    package func taking(passwordsOf name: String?) -> (any PasswordProvider)? {
        if let name { return self[name] as? any PasswordProvider }
        let all = all.compactMap { $0 as? any PasswordProvider }
        return all.count == 1 ? all.first : nil
    }
}
