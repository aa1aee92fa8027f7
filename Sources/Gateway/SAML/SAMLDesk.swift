internal import Audit
internal import Auth
internal import SAML
internal import Text
internal import Time

/// Where people are sent to their SAML providers, and come back from.
final class SAMLDesk: Sendable {
    private let providers: [ExactText: SAMLProvider]
    /// Where browsers reach the people listener.
    private let address: String
    let logins: LoginDesk
    let logouts: ProviderLogouts
    private let clocks: Clocks
    /// Assertions that were used, for as long as they would be good.
    private let spent = SpentNames()

    init(
        _ providers: [SAMLProvider], at address: String, clocks: Clocks, journal: Journal,
        sessions: SessionRing
    ) {
        self.providers = Dictionary(
            providers.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        self.address = address
        self.clocks = clocks
        logins = LoginDesk(elapsed: clocks.elapsed)
        logouts = ProviderLogouts(journal: journal, sessions: sessions, elapsed: clocks.elapsed)
    }

    /// The provider of a name; nil where there is none.
    subscript(name: String) -> SAMLProvider? { providers[ExactText(name)] }

    var all: [SAMLProvider] { Array(providers.values) }

    /// Where a provider sends its responses.
    func consumer(of provider: SAMLProvider) -> String { place(of: provider) + "/acs" }

    /// How a provider knows us.
    func entityID(at provider: SAMLProvider) -> String {
        provider.settings.ownEntityID ?? place(of: provider) + "/metadata"
    }

    func place(of provider: SAMLProvider) -> String {
        "\(address)/api/maxine/auth/saml/\(provider.name)"
    }

    /// Begins a sign-on.
    ///
    /// - Throws: ``ProviderFault/unavailable(reason:)``.
    func begin(
        at provider: SAMLProvider, to target: LocalTarget, _ cookies: [LoginCookie]
    ) async throws(ProviderFault) -> Redirection {
        let metadata = try await provider.knowledge.known().metadata
        guard let endpoint = metadata.signOn.first(where: { $0.binding == .redirect }) else {
            throw .unavailable(reason: "its metadata names no HTTP-Redirect SingleSignOnService")
        }
        if metadata.wantsSignedRequests, provider.key == nil {
            throw .unavailable(reason: "it wants signed requests, and auth.saml.key is not set")
        }
        guard let begun = logins.begin(at: provider.name, to: target, cookies, isPosted: true)
        else { throw .unavailable(reason: "a sign-on can't be sealed") }
        let request = SAMLRequest(
            id: begun.ticket.requestID, issuer: entityID(at: provider),
            destination: endpoint.location, assertionConsumer: consumer(of: provider),
            nameFormat: provider.settings.nameFormat, forced: provider.settings.isForced,
            nowSeconds: provider.nowSeconds)
        guard
            let place = request.redirect(
                to: endpoint.location, relayState: begun.ticket.relayState, key: provider.key)
        else { throw .unavailable(reason: "the request can't be signed") }
        return Redirection(address: place, cookies: begun.cookies)
    }

    /// Takes the sign-on that a response is of; it is good once, whatever comes of it.
    ///
    /// - Throws: ``CallbackRefusal``.
    func take(
        _ relayState: String?, _ cookies: [LoginCookie], of provider: SAMLProvider
    ) throws(CallbackRefusal) -> LoginTicket {
        try take(relayState, cookies, marked: provider.name)
    }

    /// Takes what a browser began under a mark.
    ///
    /// - Throws: ``CallbackRefusal``.
    func take(
        _ relayState: String?, _ cookies: [LoginCookie], marked mark: String
    ) throws(CallbackRefusal) -> LoginTicket {
        guard let relayState, !relayState.isEmpty else { throw .stateMissing }
        let ticket = logins.ticket(LoginName(relayState: relayState), in: cookies)
        guard let ticket, ticket.fits(relayState, of: mark) else { throw .stateForeign }
        guard !ticket.isOver(clocks.elapsed()) else { throw .stateOver }
        switch logins.spend(ticket) {
        case .first: return ticket
        case .again: throw .stateSpent
        case .full: throw .stateOver
        }
    }

    /// Who came with a response to a sign-on of ours.
    ///
    /// - Throws: ``SAMLRefusal`` or ``ProviderFault``.
    func redeem(
        _ text: [UInt8], of ticket: LoginTicket, at provider: SAMLProvider
    ) async throws -> (person: VouchedPerson, name: LogoutVault.Name) {
        guard let document = SAMLForm.decode(text) else { throw SAMLRefusal.base64 }
        let (person, response) = try await provider.believing { known in
            try provider.judge(document, by: known, rules: rules(ticket.requestID, at: provider))
        }
        let left = max(0, response.spentUntilSeconds - provider.nowSeconds)
        let now = clocks.elapsed()
        let verdict = spent.spend(
            "\(provider.name) \(response.assertion.id)", until: now + left * 1_000_000_000,
            elapsedNanoseconds: now)
        guard verdict == .first else { throw SAMLRefusal.replayed }
        return (
            person,
            LogoutVault.Name(
                nameID: response.assertion.nameID, sessionIndex: response.assertion.sessionIndex)
        )
    }

    /// What an assertion must say that answers a request.
    func rules(_ request: String, at provider: SAMLProvider) -> AssertionRules {
        AssertionRules(
            issuer: provider.authority, audience: entityID(at: provider),
            recipient: consumer(of: provider), request: request,
            nowSeconds: provider.nowSeconds, skewSeconds: provider.settings.skewSeconds)
    }
}
