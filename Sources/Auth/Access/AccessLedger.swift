public import Audit
internal import NIOConcurrencyHelpers
public import Policy
internal import Proofs
internal import Text

/// The locks in force and the roles that users were given: in memory, and rebuilt from the log at each start.
///
/// The record of a change is on disk before it is done, so no crash loses one, and no copy of a folder that is put back
/// takes a lock away that the log has seen.
public final class AccessLedger: Sendable {
    struct State {
        var locks: [String: Lock] = [:]
        /// Locks that are being recorded, and until when by the elapsed clock they count.
        var intended: [String: (lock: Lock, untilNanoseconds: Int64)] = [:]
        var roles: [ExactText: Given] = [:]
        var replayed = AccessReplay()
        var publish: @Sendable (PolicyOverlay) -> Void = { _ in }
    }

    /// What a user was given, and by which record: an earlier one can't undo it.
    struct Given: Sendable {
        let roles: [String]
        let sequence: UInt64
    }

    let persons: PersonVault
    let state = NIOLockedValueBox(State())

    /// Makes an empty ledger; `persons` hides the names of users in records.
    public init(persons: PersonVault) {
        self.persons = persons
    }

    /// Has each change made known, the state of now first; called one after the other, so it must not come back here.
    public func onChange(_ publish: @escaping @Sendable (PolicyOverlay) -> Void) {
        state.withLockedValue { state in
            state.publish = publish
            state.changed()
        }
    }

    /// Says why a lock must not be made, before anything is recorded of it; if it may, it counts as made for whoever asks this next.
    ///
    /// So of two who lock each other one has no intent in the log, and a crash before either outcome leaves no two that the next start
    /// would both redo.
    ///
    /// - Parameters:
    ///   - plan: Whom, and for how long.
    ///   - elapsed: The clock that nobody sets; what was never made counts no longer than a minute.
    ///   - locksItsMaker: As with ``lock(_:permit:receipt:nowNanoseconds:unless:)``.
    /// - Returns: Why not; nil where it may be made.
    public func intend(
        _ plan: LockPlan, elapsedNanoseconds elapsed: Int64,
        unless locksItsMaker: (PolicyOverlay) -> Bool
    ) -> AccessRefusal? {
        state.withLockedValue { state in
            state.intended = state.intended.filter { elapsed < $0.value.untilNanoseconds }
            var known = state
            for (id, intended) in state.intended { known.locks[id] = intended.lock }
            let lock = Lock(plan, sequence: .max, nowNanoseconds: 0)
            known.locks[plan.id] = lock
            guard !locksItsMaker(known.overlay) else { return .locksItsMaker }
            let end = elapsed.addingReportingOverflow(AuthLimits.lockIntentNanoseconds)
            state.intended[plan.id] = (lock, end.overflow ? .max : end.partialValue)
            return nil
        }
    }

    /// Locks whom a plan names, from the next request on.
    ///
    /// - Parameters:
    ///   - plan: Whom, and for how long.
    ///   - permit: For `lock.write` on the plan's id.
    ///   - receipt: Of the record that says so.
    ///   - now: Nanoseconds since the Unix epoch.
    ///   - locksItsMaker: Says of what would hold then whether it would lock whoever makes it. Nothing changes meanwhile, so two
    ///     who lock each other don't both succeed.
    /// - Returns: The lock, or why there is none.
    /// - Throws: ``AuthError/unproven(_:)``.
    public func lock(
        _ plan: LockPlan, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64, unless locksItsMaker: (PolicyOverlay) -> Bool
    ) throws(AuthError) -> Result<Lock, AccessRefusal> {
        let sequence = try Self.clear(permit, receipt, .lockWrite, plan.id).sequence
        let lock = Lock(plan, sequence: sequence, nowNanoseconds: now)
        return state.withLockedValue { state in
            state.intended[plan.id] = nil
            guard state.locks.count < AuthLimits.locksMax else { return .failure(.tooManyLocks) }
            state.locks[lock.id] = lock
            guard !locksItsMaker(state.overlay) else {
                state.locks[lock.id] = nil
                return .failure(.locksItsMaker)
            }
            state.changed()
            return .success(lock)
        }
    }

    /// Takes a lock away.
    ///
    /// - Throws: ``AuthError/unproven(_:)``.
    public func unlock(
        _ id: String, permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> Result<Void, AccessRefusal> {
        _ = try Self.clear(permit, receipt, .lockWrite, id)
        let isThere = state.withLockedValue { state in
            guard state.locks.removeValue(forKey: id) != nil else { return false }
            state.changed()
            return true
        }
        guard isThere else { return .failure(.unknownLock) }
        persons.forget(locks: [id])
        return .success(())
    }

    /// Gives a user these roles and no others besides what the policy binds.
    ///
    /// - Parameters:
    ///   - given: Whom, and which.
    ///   - permit: For `role.assign`.
    ///   - receipt: Of the record that says so.
    ///   - fault: Says of what the user was given before why it must not become this; nothing changes meanwhile.
    /// - Returns: What the user has from now on.
    /// - Throws: ``AuthError/unproven(_:)``.
    public func assign(
        _ given: UserRoles, permit: consuming Permit, receipt: consuming Receipt,
        unless fault: (UserRoles) -> AccessRefusal?
    ) throws(AuthError) -> Result<UserRoles, AccessRefusal> {
        let sequence = try Self.clear(permit, receipt, .roleAssign, nil).sequence
        return state.withLockedValue { state in
            if let fault = fault(state.given(to: given.user)) { return .failure(fault) }
            guard state.hasRoom(for: given.user) else { return .failure(.tooManyUsers) }
            state.give(given, by: sequence)
            state.changed()
            return .success(given)
        }
    }

    /// What a user has now, to be held against what they are to be given.
    public func given(to user: String) -> UserRoles {
        state.withLockedValue { $0.given(to: user) }
    }

    /// Lets go of locks whose time is over.
    public func endDue(nowNanoseconds now: Int64) {
        let over = state.withLockedValue { state in
            let due = state.locks.values.filter { $0.isOver(now) }
            for lock in due { state.locks[lock.id] = nil }
            if !due.isEmpty { state.changed() }
            return due.map(\.id)
        }
        persons.forget(locks: over)
    }

    /// When something that lasts so many seconds ends.
    static func end(after seconds: Int, from now: Int64) -> Int64 {
        let length = Int64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let end = now.addingReportingOverflow(length.partialValue)
        return length.overflow || end.overflow ? .max : end.partialValue
    }

    /// Uses permit and receipt up, if they are for what is to be done.
    static func clear(
        _ permit: consuming Permit, _ receipt: consuming Receipt, _ action: Action, _ id: String?
    ) throws(AuthError) -> Clearance {
        switch Clearance.check(permit, receipt, for: WantedOperation(action, id: id)) {
        case .success(let clearance): return clearance
        case .failure(let mismatch): throw .unproven(mismatch.reason)
        }
    }
}

extension Lock {
    init(_ plan: LockPlan, sequence: UInt64, nowNanoseconds now: Int64) {
        self.init(
            id: plan.id, kind: plan.target.kind, target: plan.target, reason: plan.reason,
            sequence: sequence, madeNanoseconds: now,
            endsNanoseconds: plan.seconds.map { AccessLedger.end(after: $0, from: now) })
    }

    func isOver(_ now: Int64) -> Bool { endsNanoseconds.map { $0 <= now } ?? false }
}

extension AccessLedger.State {
    /// The state as policies see it.
    var overlay: PolicyOverlay {
        PolicyOverlay(
            assigned: roles.mapValues(\.roles).filter { !$0.value.isEmpty },
            locks: locks.values.sorted { $0.sequence < $1.sequence }.compactMap { lock in
                lock.caught.map { (lock.id, $0) }
            })
    }

    /// Makes the state known as it is now.
    func changed() { publish(overlay) }

    /// Whether one more user may have roles; who had some and has none makes room.
    mutating func hasRoom(for user: String) -> Bool {
        if roles[ExactText(user)] != nil || roles.count < AuthLimits.assignedUsersMax {
            return true
        }
        roles = roles.filter { !$0.value.roles.isEmpty }
        return roles.count < AuthLimits.assignedUsersMax
    }

    func given(to user: String) -> UserRoles {
        UserRoles(user: user, roles: roles[ExactText(user)]?.roles ?? [])
    }

    mutating func give(_ given: UserRoles, by sequence: UInt64) {
        let user = ExactText(given.user)
        guard roles[user].map({ $0.sequence < sequence }) ?? true else { return }
        roles[user] = AccessLedger.Given(roles: given.roles, sequence: sequence)
    }
}
