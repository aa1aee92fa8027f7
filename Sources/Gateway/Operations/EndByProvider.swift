internal import Audit
internal import Auth
internal import Policy
internal import Proofs

/// Ends the sessions of which their provider says that they have ended (OpenID Connect Back-Channel Logout 1.0).
///
/// Whoever brings the provider's signed word is nobody, like whoever comes to sign on. The word is the proof: each end has a record of
/// its own that names whose word it was.
struct EndByProvider: SlowOperation {
    typealias Success = Void

    let provider: String
    /// The logout token as it came.
    let token: RawToken

    static var action: Action { .sessionCreate }
    var resource: Resource { Resource() }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        switch Clearance.check(permit, receipt, for: WantedOperation(.sessionCreate)) {
        case .failure(let mismatch): return .failure(.internalError("\(mismatch)"))
        case .success: break
        }
        guard let provider = services.openID[provider] else {
            return .failure(.noOpenIDProvider(provider))
        }
        do {
            let word = try await provider.judge(logoutToken: token.bytes)
            let ended = try await services.openID.logouts.end(
                ProviderLogout(word, of: provider), of: provider)
            guard let ended else {
                return .failure(.badLogout(recorded: "the logout token was used before"))
            }
            await services.endSessions(ended.ids)
            if let fault = ended.fault { return .failure(Problem(fault)) }
            return .success(())
        } catch {
            return .failure(Problem(openID: error, of: provider))
        }
    }
}

extension ProviderLogout {
    fileprivate init(_ word: LogoutWord, of provider: OpenIDProvider) {
        self.init(
            id: word.tokenID,
            goodForSeconds: OpenIDLimits.logoutSeconds + 2 * provider.settings.skewSeconds,
            subject: word.subject, sessions: word.session.map { [$0] } ?? [],
            reason: "oidc_logged_out: the provider says that the session has ended")
    }
}
