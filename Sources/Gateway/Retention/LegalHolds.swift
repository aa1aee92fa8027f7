package import Audit
internal import NIOConcurrencyHelpers
package import Policy
internal import Proofs
internal import StrictJSON
internal import Text

/// The legal holds in force, as the log says: each is there from its intent on, since that is on disk before anybody is told.
package final class LegalHolds: Sendable {
    private struct State {
        var holds: [String: LegalHold] = [:]
        /// What was before the intents that have no outcome yet, for those that are refused.
        var before: [UInt64: (name: String, hold: LegalHold?)] = [:]
        /// Records that are being taken away.
        var going: ClosedRange<UInt64>?
        /// Up to here records are gone.
        var gone: UInt64 = 0
    }

    private let state = NIOLockedValueBox(State())

    package init() {}

    /// All of them by name.
    package var all: [LegalHold] {
        state.withLockedValue { $0.holds.values.sorted { $0.plan.name < $1.plan.name } }
    }

    /// A hold by which nobody may be erased, since a person's records may be anywhere in the log; nil where there is none.
    package var againstErasing: LegalHold? { all.first }

    /// Why nobody can be erased now; nil where somebody can.
    @Sendable func bar(_ pseudonyms: [String]) -> String? {
        againstErasing.map { "the legal hold \(quote($0.plan.name)) is in force" }
    }

    /// A hold that covers any of some records; nil where there is none.
    package func covers(_ records: ClosedRange<UInt64>) -> LegalHold? {
        all.first { $0.plan.covers(records) }
    }

    /// Says that records are being taken away, unless a hold covers one of them: then that is given.
    ///
    /// Until ``release(gone:)`` no hold is made that covers any of them.
    func claim(_ records: ClosedRange<UInt64>) -> LegalHold? {
        state.withLockedValue { state in
            if let hold = state.holds.values.first(where: { $0.plan.covers(records) }) {
                return hold
            }
            state.going = records
            return nil
        }
    }

    /// Says that no records are being taken away any more; those up to a number are gone.
    func release(gone: UInt64) {
        state.withLockedValue { state in
            state.going = nil
            state.gone = max(state.gone, gone)
        }
    }

    /// Why a hold can't be made; nil where it can.
    package func refusal(of plan: HoldPlan) -> HoldRefusal? {
        state.withLockedValue { Self.refusal(of: plan, in: $0) }
    }

    /// Makes one that was allowed and recorded.
    package func add(
        _ plan: HoldPlan, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds: Int64
    ) -> Result<LegalHold, HoldRefusal> {
        let wanted = WantedOperation(.auditErase, id: HoldPlan.resourceID(plan.name))
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): return .failure(.notCleared(mismatch.reason))
        case .success(let clearance):
            let hold = LegalHold(
                plan: plan, sequence: clearance.sequence, madeNanoseconds: nowNanoseconds)
            return state.withLockedValue { state in
                if let refusal = Self.refusal(of: plan, in: state) { return .failure(refusal) }
                state.holds[plan.name] = hold
                return .success(hold)
            }
        }
    }

    /// Ends one; it was allowed and recorded.
    package func remove(
        _ name: String, permit: consuming Permit, receipt: consuming Receipt
    ) -> Result<Void, HoldRefusal> {
        let wanted = WantedOperation(.auditErase, id: HoldPlan.resourceID(name))
        switch Clearance.check(permit, receipt, for: wanted) {
        case .failure(let mismatch): return .failure(.notCleared(mismatch.reason))
        case .success:
            let was = state.withLockedValue { $0.holds.removeValue(forKey: name) }
            return was == nil ? .failure(.unknown(name)) : .success(())
        }
    }

    private static func refusal(of plan: HoldPlan, in state: State) -> HoldRefusal? {
        if state.holds[plan.name] != nil { return .taken(plan.name) }
        if state.holds.count >= HoldLimits.holdsMax { return .tooMany }
        if let last = plan.last, last <= state.gone { return .gone(state.gone) }
        if let going = state.going, plan.covers(going) { return .going(going.upperBound) }
        return nil
    }

    /// Reads what the log says.
    package func replay(_ record: ReplayedRecord) {
        let kind = record.kind
        guard [.intent, .outcome].contains(kind), record.action.isExactly(Action.auditErase.name)
        else { return }
        if kind == .outcome, let intent = record.intent {
            let isRefused = (record.status ?? 200) >= 400
            return state.withLockedValue { state in
                guard let before = state.before.removeValue(forKey: intent), isRefused else {
                    return
                }
                state.holds[before.name] = before.hold
            }
        }
        guard let id = record.resource?.id, id.hasPrefix(HoldPlan.prefix),
            let detail = record.detail, let value = try? StrictJSON.parse(detail)
        else { return }
        let name = String(id.dropFirst(HoldPlan.prefix.count))
        let hold = HoldPlan(name, detail: value).map {
            LegalHold(
                plan: $0, sequence: record.sequence,
                madeNanoseconds: record.nowNanoseconds ?? 0)
        }
        state.withLockedValue { state in
            state.before[record.sequence] = (name, state.holds[name])
            state.holds[name] = hold
        }
    }
}

/// Why a hold is not made, or not ended.
package enum HoldRefusal: Error, Equatable, CustomStringConvertible {
    /// There is one of that name.
    case taken(String)
    /// There is none of that name.
    case unknown(String)
    /// There are as many as there may be.
    case tooMany
    /// All that it would be on was taken away before, up to that record.
    case gone(UInt64)
    /// Some of what it would be on is being taken away now, up to that record.
    case going(UInt64)
    /// Permit or receipt are for something else.
    case notCleared(String)

    package var description: String {
        switch self {
        case .taken(let name): "there is a hold \(quote(name)) already"
        case .unknown(let name): "there is no hold \(quote(name))"
        case .tooMany: "there are \(HoldLimits.holdsMax) holds, and no more may be made"
        case .gone(let record): "records up to \(record) were taken away before"
        case .going(let record):
            "records up to \(record) are being taken away; ask again in a moment"
        case .notCleared(let reason): reason
        }
    }
}
