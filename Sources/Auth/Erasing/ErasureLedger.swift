public import Audit
internal import NIOConcurrencyHelpers
public import Policy
internal import Proofs

/// The erasures that wait for a second operator: in memory, and rebuilt from the log at each start.
public final class ErasureLedger: Sendable {
    struct State {
        var waiting: [String: Erasure] = [:]
        /// Confirmed, and not finished yet.
        var begun: [String: Erasure] = [:]
        var replayed = ErasureReplay()
    }

    /// Says why somebody's records have to stay as they are; nil where nothing speaks against it.
    public typealias Bar = @Sendable (_ pseudonyms: [String]) -> String?

    let persons: PersonVault
    let state = NIOLockedValueBox(State())
    private let bars: NIOLockedValueBox<[Bar]>

    /// Makes an empty ledger; `persons` tells who is behind a pseudonym.
    public init(persons: PersonVault, bars: [Bar] = []) {
        self.persons = persons
        self.bars = NIOLockedValueBox(bars)
    }

    /// Adds something that may speak against erasing somebody: a legal hold.
    public func add(bar: @escaping Bar) { bars.withLockedValue { $0.append(bar) } }

    /// Why an erasure can't be proposed; nil where it can.
    public func fault(
        proposing plan: ErasurePlan, _ pseudonyms: [String], by caller: Principal,
        nowNanoseconds now: Int64
    ) -> ErasureRefusal? {
        guard let asker = ErasureOperator(caller) else { return .notAnOperator }
        guard !asker.isLike(user: plan.user) else { return .ownErasure }
        guard !plan.namesTheUser else { return .reasonNamesThem }
        guard !pseudonyms.isEmpty else { return .nobody }
        if let reason = bar(pseudonyms) { return .held(reason) }
        return state.withLockedValue { $0.fault(proposing: pseudonyms, now) }
    }

    /// Why an erasure can't be confirmed; nil where it can.
    public func fault(
        confirming id: String, by caller: Principal, nowNanoseconds now: Int64
    ) -> ErasureRefusal? {
        guard let asker = ErasureOperator(caller) else { return .notAnOperator }
        guard let erasure = find(id, nowNanoseconds: now) else { return .unknown }
        if let user = erasure.user, asker.isLike(user: user) { return .ownErasure }
        guard !asker.isLike(erasure.proposer) else { return .sameOperator }
        return bar(erasure.pseudonyms).map { .held($0) }
    }

    /// Takes a proposal.
    ///
    /// - Parameters:
    ///   - plan: Of whom, and why.
    ///   - pseudonyms: What stands for them.
    ///   - caller: Who proposes it.
    ///   - permit: For `audit.erase` on the plan's id.
    ///   - receipt: Of the record that says so.
    ///   - now: Nanoseconds since the Unix epoch.
    /// - Returns: The proposal, or why there is none.
    /// - Throws: ``AuthError/unproven(_:)``.
    public func propose(
        _ plan: ErasurePlan, _ pseudonyms: [String], by caller: Principal,
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) throws(AuthError) -> Result<Erasure, ErasureRefusal> {
        let clearance: Clearance = try AccessLedger.clear(
            permit, receipt, .auditErase, plan.id)
        guard let proposer = ErasureOperator(caller) else { return .failure(.notAnOperator) }
        let erasure = Erasure(
            id: plan.id, user: plan.user, pseudonyms: pseudonyms, reason: plan.reason,
            proposer: proposer, sequence: clearance.sequence, madeNanoseconds: now,
            endsNanoseconds: AccessLedger.end(after: AuthLimits.erasureSeconds, from: now))
        return state.withLockedValue { state in
            if let refusal = state.fault(proposing: pseudonyms, now) { return .failure(refusal) }
            state.waiting[plan.id] = erasure
            return .success(erasure)
        }
    }

    /// Takes the word of a second operator; what follows has to be finished, see ``finish(_:)``.
    ///
    /// - Throws: ``AuthError/unproven(_:)``.
    public func confirm(
        _ id: String, by caller: Principal, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) throws(AuthError) -> Result<Erasure, ErasureRefusal> {
        _ = try AccessLedger.clear(permit, receipt, .auditErase, id)
        if let refusal = fault(confirming: id, by: caller, nowNanoseconds: now) {
            return .failure(refusal)
        }
        return state.withLockedValue { state in
            guard let erasure = state.waiting[id] ?? state.begun[id] else {
                return .failure(.unknown)
            }
            state.waiting[id] = nil
            state.begun[id] = erasure
            return .success(erasure)
        }
    }

    /// Takes a proposal back.
    ///
    /// - Throws: ``AuthError/unproven(_:)``.
    public func withdraw(
        _ id: String, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) throws(AuthError) -> Result<Void, ErasureRefusal> {
        _ = try AccessLedger.clear(permit, receipt, .auditErase, id)
        return state.withLockedValue { state in
            let gone = state.waiting.removeValue(forKey: id)
            return gone.map { $0.endsNanoseconds > now } == true ? .success(()) : .failure(.unknown)
        }
    }

    /// Those that wait, by their ids.
    ///
    /// - Throws: ``AuthError/unproven(_:)``.
    public func list(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) throws(AuthError) -> [Erasure] {
        _ = try AccessLedger.clear(permit, receipt, .auditErase, nil)
        return state.withLockedValue { state in
            (Array(state.waiting.values) + state.begun.values)
                .filter { $0.endsNanoseconds > now || state.begun[$0.id] != nil }
                .sorted { $0.id < $1.id }
        }
    }

    /// One that waits, or was begun and not finished.
    public func find(_ id: String, nowNanoseconds now: Int64) -> Erasure? {
        state.withLockedValue { state in
            state.begun[id] ?? state.waiting[id].flatMap { $0.endsNanoseconds > now ? $0 : nil }
        }
    }

    /// Says that nothing of the person is left.
    public func finish(_ id: String) {
        state.withLockedValue { _ = $0.begun.removeValue(forKey: id) }
    }

    private func bar(_ pseudonyms: [String]) -> String? {
        bars.withLockedValue { $0 }.lazy.compactMap { $0(pseudonyms) }.first
    }
}

extension ErasureLedger.State {
    /// Why one more can't wait; those whose time is over make room.
    fileprivate mutating func fault(
        proposing pseudonyms: [String], _ now: Int64
    ) -> ErasureRefusal? {
        waiting = waiting.filter { $0.value.endsNanoseconds > now }
        let same = (Array(waiting.values) + begun.values).first {
            !Set($0.pseudonyms).isDisjoint(with: pseudonyms)
        }
        if let same { return .proposed(same.id) }
        return waiting.count < AuthLimits.erasuresMax ? nil : .tooMany
    }
}
