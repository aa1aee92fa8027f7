internal import Audit
internal import Auth
internal import Policy
internal import Time

/// Locks somebody or something: refused from the next request on, and what is open of it ends.
struct AddLock: AskerOperation {
    struct Success: Sendable {
        let lock: Lock
        /// How many connections it ended.
        let ended: Int
    }

    let plan: LockPlan

    static var action: Action { .lockWrite }
    static var isChange: Bool { true }
    var resource: Resource { Resource(id: plan.id) }

    func report(of success: Success) -> OutcomeReport {
        OutcomeReport(status: 201, detail: AccessLedger.doneDetail)
    }

    func intentDetail(_ people: RecordedPeople) throws(AuthError) -> [UInt8]? {
        try plan.detail(people.persons)
    }

    func fault(for asker: Asker, in services: Services) -> Problem? {
        let caller = asker.standing.subject.principal
        if plan.target.isOperator(of: services.status.trustDomain), caller.kind != .operator {
            return .notAnOperator
        }
        return services.access.intend(
            plan, elapsedNanoseconds: services.clocks.elapsed(),
            unless: { Self.locks(caller, $0, asker.standing.active.policy) }
        ).map { Problem($0) }
    }

    func act(
        by asker: Asker, permit: consuming Permit, receipt: consuming Receipt,
        in services: Services
    ) async -> Result<Success, Problem> {
        let caller = asker.standing.subject.principal
        let before = services.policies.current
        let made: Result<Lock, AccessRefusal>
        do throws(AuthError) {
            made = try services.access.lock(
                plan, permit: permit, receipt: receipt, nowNanoseconds: services.clocks.wall(),
                unless: { Self.locks(caller, $0, before.policy) })
        } catch {
            return .failure(Problem(error))
        }
        switch made {
        case .failure(let refusal): return .failure(Problem(refusal))
        case .success(let lock):
            let ended = await services.live.end(
                all: Self.isMeant(by: plan.target, before), calls: !plan.target.isRole,
                because: "locked by \(lock.id)")
            return .success(Success(lock: lock, ended: ended))
        }
    }

    /// Whether somebody could not take the lock away under what would hold then.
    private static func locks(
        _ caller: Principal, _ overlay: PolicyOverlay, _ policy: CompiledPolicy
    ) -> Bool {
        let left = policy.subject(for: caller, under: overlay)
        return left.lock != nil || !left.may(.lockWrite)
    }

    /// Whose connections end: who is locked, and whoever held a role that is.
    private static func isMeant(
        by target: LockTarget, _ before: ActivePolicy
    ) -> @Sendable (Principal) -> Bool {
        guard case .role(let role) = target else {
            let lock = PolicyOverlay(locks: [("", target)])
            return { lock.lock(on: $0) != nil }
        }
        return { before.policy.holds(role, $0, under: before.overlay) }
    }
}

extension LockTarget {
    /// Whether it is a role, which whoever locks it may hold.
    fileprivate var isRole: Bool { if case .role = self { true } else { false } }

    /// Whether it is an operator of a trust domain.
    fileprivate func isOperator(of trustDomain: String) -> Bool {
        guard case .spiffe(let id) = self else { return false }
        return id.trustDomain.utf8.elementsEqual(trustDomain.utf8)
            && id.pathSegments.first?.utf8.elementsEqual("operator".utf8) == true
    }
}

extension Problem {
    /// Why a lock was not made or taken away, or roles not given, although policy allows it.
    init(_ refusal: AccessRefusal) {
        switch refusal {
        case .unknownLock: self = .notFound(refusal.reason)
        case .locksItsMaker:
            self.init(
                status: 409, code: "own-lock", title: "lock on its own maker",
                detail: refusal.reason)
        case .unknownRole: self = .impossible(refusal.reason)
        case .beyondOwn, .ownRoles:
            self.init(
                status: 403, code: "not-yours-to-give", title: "not yours to give",
                detail: refusal.reason)
        case .tooManyLocks, .tooManyUsers:
            self.init(
                status: 409, code: "too-many-entries", title: "too many entries",
                detail: refusal.reason)
        }
    }

    fileprivate static let notAnOperator = Problem(
        status: 403, code: "not-an-operator", title: "not an operator",
        detail:
            "operators are locked by an operator's certificate only, so that one is left that can unlock"
    )
}
