internal import Audit
internal import Auth
internal import Policy
internal import Text

/// Why nobody is signed on or off by a provider of OpenID Connect.
extension Problem {
    /// The browser's answer is none of a sign-on that it began here.
    init(_ refusal: CallbackRefusal) {
        self.init(
            status: 400, code: "sign-on-answer", title: "no such sign-on", detail: refusal.reason)
        recorded = "\(refusal.code): \(refusal.reason)"
    }

    /// Why a provider's word lets nobody in; what it said is for the record only.
    init(openID fault: ProviderFault, of provider: OpenIDProvider) {
        switch fault {
        case .refused:
            self.init(
                status: 403, code: "sign-on-refused", title: "not signed on",
                detail: "what \(provider.name) says lets nobody in")
        case .unavailable:
            self.init(
                status: 503, code: "provider-unavailable", title: "provider unavailable",
                detail: "\(provider.name) can't be asked now; try again later",
                retryAfterSeconds: 5)
        }
        recorded = fault.description
    }

    /// Whatever else went wrong on the way to a provider or back.
    init(openID error: any Error, of provider: OpenIDProvider) {
        switch error {
        case let problem as Problem: self = problem
        case let refusal as CallbackRefusal: self.init(refusal)
        case let fault as ProviderFault: self.init(openID: fault, of: provider)
        case let refusal as TokenRefusal:
            self = .badLogout(recorded: "\(refusal.code): \(refusal.reason)")
        case let error as AuditError: self = .unrecorded(error)
        case let error as AuthError: self.init(error)
        default: self = .internalError("\(error)")
        }
    }

    static func noOpenIDProvider(_ name: String) -> Problem {
        .notFound("no such provider: \(quote(name)); auth.oidc names them")
    }

    static let peopleOnly = Problem.impossible(
        "browsers sign on at the people listener; go there")

    /// One answer for all that is wrong with a logout token: whoever sends one learns nothing of sessions.
    static func badLogout(recorded: String) -> Problem {
        var problem = Problem(
            status: 400, code: "bad-logout-token", title: "bad logout token",
            detail: "the logout token ends no session")
        problem.recorded = recorded
        return problem
    }
}
