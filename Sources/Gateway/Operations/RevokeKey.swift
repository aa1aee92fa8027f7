internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Ends an API key for good, and what is open by it.
struct RevokeKey: SlowOperation {
    typealias Success = Void

    let id: String

    static var action: Action { .keyRevoke }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: id) }

    func report(of success: Success) -> OutcomeReport { OutcomeReport(status: 204) }

    func act(
        permit: consuming Permit, receipt: consuming Receipt, in services: Services
    ) async -> Result<Success, Problem> {
        let done: Result<Success, Problem>
        do throws(AuthError) {
            done = try await services.keys.revoke(
                id, permit: permit, receipt: receipt, nowNanoseconds: services.clocks.wall()
            ).mapError { Problem($0, id) }
        } catch {
            done = .failure(Problem(error))
        }
        // Also where the store can't be written: the key is revoked from then on.
        let key = Principal(kind: .key, id: id, authentication: .apiKey)
        await services.live.end(LiveOwner(key), because: "the API key is revoked")
        return done
    }
}

extension Problem {
    /// Why a key was not made or changed although policy allows it.
    init(_ refusal: APIKeyRefusal, _ id: String) {
        switch refusal {
        case .unknown: self = .notFound("there is no API key \(id)")
        case .over:
            self.init(
                status: 409, code: "key-over", title: "API key has ended", detail: refusal.reason)
        case .notTheOwner:
            self.init(
                status: 403, code: "not-the-owner", title: "not the owner", detail: refusal.reason)
        case .impossibleTimes, .tooLong: self = .impossible(refusal.reason)
        case .tooManyOfOwner, .full:
            self.init(
                status: 409, code: "too-many-keys", title: "too many API keys",
                detail: refusal.reason)
        }
    }

    /// What the store of credentials could not do.
    init(_ error: AuthError) {
        switch error {
        case .store(let reason):
            self.init(
                status: 503, code: "credentials-unavailable", title: "credential store unavailable",
                detail: "credential store: \(reason)", retryAfterSeconds: 5)
        case .unproven(let reason): self = .internalError(reason)
        }
    }
}
