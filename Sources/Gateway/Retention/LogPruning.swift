internal import Audit
internal import NIOConcurrencyHelpers
internal import Registry
internal import StrictJSON

/// Decides which of the log's oldest records go, records that they do, and has them go.
///
/// Nothing goes that a hold covers, that the catalogue's store would have to be told again, or that no signed end covers which is noted
/// beside the log.
struct LogPruning: Sendable {
    private let rule: RetentionRule
    private let journal: Journal
    private let pruner: SegmentPruner
    private let registry: Registry
    private let holds: LegalHolds
    private let keeper: CheckpointKeeper
    private let wall: @Sendable () -> Int64
    private let last = NIOLockedValueBox<Int64>(0)

    /// Runs something where it may wait for the disk; nil once the gateway stops.
    typealias Aside<R> = (@escaping @Sendable () -> R) async -> R?

    init?(
        _ configuration: GatewayConfiguration, _ state: OpenedState, _ keeper: CheckpointKeeper,
        wall: @escaping @Sendable () -> Int64
    ) {
        guard let pruner = state.journal.pruner else { return nil }
        rule = configuration.audit.retention
        journal = state.journal
        self.pruner = pruner
        registry = state.registry
        holds = state.holds
        self.keeper = keeper
        self.wall = wall
    }

    /// When records were last taken away by this process, nanoseconds since 1970; 0 for never.
    var lastNanoseconds: Int64 { last.withLockedValue { $0 } }

    /// What goes now; nil where nothing does.
    ///
    /// - Throws: What keeps records from going that should.
    func due(_ aside: Aside<Result<PrunePlan?, any Error>>) async throws -> PrunePlan? {
        // Whoever changed the log's keys is believed from then on; whatever could not go is tried again.
        try pruner.signAgain()
        try pruner.finish()
        guard !rule.keepsAll, plan(floor: journal.treeSize, stored: .max) != nil else {
            return nil
        }
        try await keeper.noteNow()
        let floor = await keeper.notedSize
        let found = await aside {
            Result {
                let plan = plan(floor: floor, stored: try registry.sync())
                if let plan, let lack = pruner.lack(of: plan) {
                    throw AuditError.refusing(lack)
                }
                return plan
            }
        }
        guard let found else { throw CancellationError() }
        return try found.get()
    }

    private func plan(floor: UInt64, stored: UInt64) -> PrunePlan? {
        pruner.plan(by: rule, now: wall(), floor: floor, stored: stored) {
            holds.covers($0) != nil
        }
    }

    /// Records what goes, has it go, and records what became of it.
    ///
    /// Where that can't be known, since the disk failed at the mark itself, the next start records it; until then those records count as gone.
    ///
    /// - Throws: What keeps it from going.
    func carryOut(_ plan: PrunePlan, _ aside: Aside<Result<Void, any Error>>) async throws {
        guard holds.claim(plan.records) == nil else { return }
        var gone = pruner.gone.size
        defer { holds.release(gone: gone) }
        let number = UInt64.random(in: 1...UInt64.max)
        let receipt = try await journal.record(
            Record(
                kind: .intent, action: PruneRecord.action, detail: plan.detail,
                decisionID: number))
        let order = try pruner.order(plan, receipt: receipt, boundTo: number)
        gone = plan.end.size
        let done = await aside { Result { try pruner.carryOut(order) } }
        let isGone = pruner.gone.size >= plan.end.size
        if !isGone, pruner.isUndone(order) { gone = pruner.gone.size }
        if isGone { last.withLockedValue { $0 = wall() } }
        if isGone || gone < plan.end.size {
            _ = try await journal.record(
                Record(
                    kind: .outcome, action: PruneRecord.action, reason: isGone ? nil : "not done",
                    status: isGone ? 200 : 500, intent: order.record))
        }
        try done?.get()
    }
}
