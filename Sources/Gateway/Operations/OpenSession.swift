internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Signs a person on: opens a session for whoever the request proves to be, or a provider by a name and a password, with a secret
/// that the answer holds and nothing else does.
struct OpenSession: CredentialOperation {
    typealias Success = MintedSession

    var plan = SessionPlan()
    /// Whether the secret goes into a cookie, out of reach of a page's scripts, rather than into the body.
    let isCookie: Bool
    /// Whether it spends what is left of bootstrap tokens in the same write.
    var spendsBootstrap = false
    /// What was sent for a provider to judge; nil where the request's own credential is to speak.
    var attempt: PasswordAttempt?
    /// Where a browser goes afterwards that came by a page.
    var target: LocalTarget?

    static var action: Action { .sessionCreate }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: plan.id) }
    var account: String? { attempt?.account }

    func report(of made: Success) -> OutcomeReport {
        OutcomeReport(status: 201, detail: made.recorded)
    }

    func intentDetail(_ shown: Shown, in services: Services) -> [UInt8]? {
        attempt.map {
            $0.detail(
                services.people,
                askedOf: services.providers.taking(passwordsOf: $0.provider)?.name ?? $0.provider)
        }
    }

    func claimed(in services: Services) -> Person? {
        attempt.flatMap {
            let provider = services.providers.taking(passwordsOf: $0.provider)?.name
            return $0.claimed(services.people, askedOf: provider ?? $0.provider)
        }
    }

    func act(
        by shown: Shown, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        if let attempt {
            guard shown.credential == nil else { return .failure(.severalProofs) }
            let made = await services.signOn(
                attempt, SignOnRequest(plan: plan, address: shown.address), permit: permit,
                receipt: receipt)
            return made.mapError { $0.onTheWay(to: target) }
        }
        let now = services.clocks.wall()
        let proven = services.signOn.judge(
            shown.credential, on: shown.peer, nowNanoseconds: now)
        switch proven {
        case .failure(let refusal): return .failure(Problem(refusal, shown.caller))
        case .success(let somebody):
            do throws(AuthError) {
                let made = try await services.sessions.create(
                    plan, for: somebody, spendsBootstrap: spendsBootstrap, permit: permit,
                    receipt: receipt, nowNanoseconds: now)
                if case .success(let minted) = made {
                    await services.endSessions(minted.ended)
                }
                return made.mapError { Problem($0, shown.caller) }
            } catch {
                return .failure(Problem(error))
            }
        }
    }
}

extension Services {
    /// Ends what is open by sessions that have ended.
    func endSessions(_ ids: [String]) async {
        await live.end(named: ids)
    }
}

extension Problem {
    fileprivate static let severalProofs = Problem.malformed(
        "a request that signs on with a password carries no other credential")

    /// Remembers where a browser was going, so that it gets there once its person is signed on.
    fileprivate func onTheWay(to target: LocalTarget?) -> Problem {
        guard let target else { return self }
        var problem = self
        problem.further.target = target
        return problem
    }

    /// Why nobody is signed on.
    init(_ refusal: SessionRefusal, _ caller: Principal) {
        switch refusal {
        case .badProof(let refusal):
            self = .notAuthenticated(refusal.answer, recorded: refusal.reason)
        case .noProof where caller.kind == .anonymous: self = .notAuthenticated(refusal.reason)
        case .noProof:
            self.init(
                status: 403, code: "no-sign-on", title: "no sign-on", detail: refusal.reason)
        case .full:
            self.init(
                status: 503, code: "too-many-sessions", title: "too many sessions",
                detail: refusal.reason, retryAfterSeconds: 60)
        }
    }
}
