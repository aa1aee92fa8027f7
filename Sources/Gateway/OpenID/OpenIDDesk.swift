internal import Audit
internal import Auth
internal import Text
internal import Time

/// Where people are sent to their OpenID providers, and come back from.
final class OpenIDDesk: Sendable {
    private let providers: [ExactText: OpenIDProvider]
    /// Where browsers reach the people listener.
    private let address: String
    private let logins: LoginDesk
    private let elapsed: @Sendable () -> Int64
    let logouts: ProviderLogouts

    init(
        _ providers: [OpenIDProvider], at address: String, clocks: Clocks, journal: Journal,
        sessions: SessionRing
    ) {
        self.providers = Dictionary(
            providers.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        self.address = address
        elapsed = clocks.elapsed
        logins = LoginDesk(elapsed: clocks.elapsed)
        logouts = ProviderLogouts(journal: journal, sessions: sessions, elapsed: clocks.elapsed)
    }

    /// The provider of a name; nil where there is none.
    subscript(name: String) -> OpenIDProvider? { providers[ExactText(name)] }

    /// The names of those whose own page confirms programs.
    var takingDevices: [String] {
        providers.values.filter(\.settings.takesDevices).map(\.name).sorted()
    }

    /// Where a provider sends browsers back to.
    func callback(of provider: OpenIDProvider) -> String {
        "\(address)/api/maxine/auth/oidc/\(provider.name)/callback"
    }

    /// Where a browser signs off at the provider of a session as well, to come back to our first page; nil where that is not offered.
    func endSession(of session: String) -> String? {
        for provider in providers.values {
            let place = provider.endSession(of: session, returningTo: address + "/")
            if let place { return place }
        }
        return nil
    }

    /// Begins a sign-on.
    ///
    /// - Returns: Where the browser goes, and its cookies.
    /// - Throws: ``ProviderFault/unavailable(reason:)``.
    func begin(
        at provider: OpenIDProvider, to target: LocalTarget, _ cookies: [LoginCookie]
    ) async throws(ProviderFault) -> Redirection {
        let metadata = try await provider.knowledge.metadata()
        guard
            let begun = logins.begin(at: provider.name, to: target, cookies, isPosted: false)
        else { throw .unavailable(reason: "a sign-on can't be sealed") }
        let request = AuthorizationRequest(
            begun.ticket, to: provider.settings, metadata, callback: callback(of: provider))
        return Redirection(address: request.address, cookies: begun.cookies)
    }

    /// Takes the sign-on that an answer is of; it is good once, whatever comes of it.
    ///
    /// - Throws: ``CallbackRefusal``.
    func take(
        _ answer: CallbackAnswer, _ cookies: [LoginCookie], of provider: OpenIDProvider
    ) throws(CallbackRefusal) -> LoginTicket {
        let ticket = logins.ticket(try answer.name, in: cookies)
        let taken = try answer.check(ticket, of: provider.settings, elapsedNanoseconds: elapsed())
        switch logins.spend(taken) {
        case .first: return taken
        case .again: throw .stateSpent
        case .full: throw .stateOver
        }
    }

    /// Has the provider say who came with an answer.
    ///
    /// - Throws: ``CallbackRefusal`` or ``ProviderFault``.
    func redeem(
        _ answer: CallbackAnswer, of ticket: LoginTicket, at provider: OpenIDProvider
    ) async throws -> RefreshVault.Grant {
        let metadata = try await provider.knowledge.metadata()
        let code: String
        do throws(CallbackFault) {
            code = try answer.code(from: provider.settings, metadata)
        } catch {
            switch error {
            case .callback(let refusal): throw refusal
            case .person(let refusal): throw ProviderFault(refusal)
            }
        }
        return try await provider.redeem(
            code, of: ticket, metadata, callback: callback(of: provider))
    }
}
