import Audit
import Support
import Testing

/// A log in memory whose full segments are sealed and whose tree stands in tiles, so that the oldest may go.
struct PrunedLog {
    let sealed: SealedLog
    let journal: Journal
    let keeper: CheckpointKeeper

    var log: MemoryLog { sealed.log }

    /// Opens it as a process does.
    init(
        _ sealed: SealedLog, key: LogKey? = SealedLog.key, hasEntries: Bool = false
    ) throws {
        let key = try #require(key)
        self.sealed = sealed
        journal = try sealed.open()
        keeper = try CheckpointKeeper(
            journal: journal, keys: [key], last: nil, hasEntries: hasEntries,
            elapsed: TestClock().elapsed
        ) { _ in }
    }

    /// A log with changes of all kinds at its beginning, and some hundred reads behind them.
    static func made(
        _ changes: Int = 60, seed: UInt64 = 1, hasEntries: Bool = false
    ) async throws -> PrunedLog {
        var random = SeededGenerator(seed: seed)
        let sealed = SealedLog()
        try sealed.write(changes, &random)
        let made = try PrunedLog(sealed, hasEntries: hasEntries)
        try made.write(600)
        try await made.settle()
        return made
    }

    func write(_ count: Int) throws {
        let lane = journal.makeLane()
        for number in stride(from: 0, to: count, by: 5) {
            try commit(number..<number + 5, in: lane)
        }
    }

    /// Seals what is full, and signs the end.
    func settle() async throws {
        while case .sealed? = journal.selfAudit?.step(sealsOnly: true, pace: { _ in true }) {}
        try await keeper.finish()
    }

    /// What would go by a rule.
    func plan(
        _ rule: RetentionRule, now: Int64 = 1_795_000_000_000_000_001, floor: UInt64 = .max,
        stored: UInt64 = .max, isHeld: (ClosedRange<UInt64>) -> Bool = { _ in false }
    ) throws -> PrunePlan? {
        try #require(journal.pruner).plan(
            by: rule, now: now, floor: min(floor, journal.treeSize), stored: stored,
            isHeld: isHeld)
    }

    /// Takes away what a rule says, as the gateway does.
    @discardableResult
    func prune(_ rule: RetentionRule) async throws -> PrunePlan? {
        let pruner = try #require(journal.pruner)
        guard let plan = try plan(rule) else { return nil }
        #expect(pruner.lack(of: plan) == nil)
        let receipt = try await journal.record(
            Record(kind: .intent, action: PruneRecord.action, detail: plan.detail, decisionID: 7))
        let order = try pruner.order(plan, receipt: receipt, boundTo: 7)
        try pruner.carryOut(order)
        _ = try await journal.record(
            Record(
                kind: .outcome, action: PruneRecord.action, status: 200, intent: order.record))
        return plan
    }

    /// Takes away, a few segments at a time, until more than so many records are gone; gives how many.
    @discardableResult
    func prune(beyond size: UInt64) async throws -> UInt64 {
        var gone: UInt64 = 0
        for _ in 0..<20 where gone <= size {
            let plan = try #require(try await prune(rule(sparing: 30_000)))
            gone = plan.end.size
            try write(50)
            try await settle()
        }
        return gone
    }

    /// A rule by which about so many bytes go.
    func rule(sparing bytes: Int64) -> RetentionRule {
        RetentionRule(bytesMax: journal.space.bytes - bytes)
    }

    /// The same files, as after a crash.
    func left() -> SealedLog { SealedLog(log.system.crashed()) }

    static let keys = [SealedLog.key?.verifier].compactMap { $0 }
}
