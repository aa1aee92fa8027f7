import Audit
import Support
import Testing

/// Pruning fails or ends at every single step: the log opens, holds what it should, and what was begun behind the mark is done.
@Suite struct PruningFaultTests {
    /// A log of which some may go, the plan, and what it is from the outside before.
    private func ready() async throws -> (system: MemoryFileSystem, whole: SeenStart) {
        let made = try await PrunedLog.made(30)
        made.journal.close()
        let log = made.left()
        return (log.log.system, try log.start())
    }

    /// Opens a copy and takes away as the gateway would.
    private func act(_ log: SealedLog, failing: MemoryFileSystem.Fault? = nil, at call: Int = 0)
        async throws -> (journal: Journal, order: PruneOrder)
    {
        let made = try PrunedLog(log)
        let pruner = try #require(made.journal.pruner)
        let plan = try #require(try made.plan(made.rule(sparing: 9_000)))
        let receipt = try await made.journal.record(
            Record(kind: .intent, action: PruneRecord.action, detail: plan.detail, decisionID: 7))
        let order = try pruner.order(plan, receipt: receipt, boundTo: 7)
        if let failing { log.log.system.fail(call: log.log.system.calls + call, with: failing) }
        if failing == nil { log.log.system.keepMoments() }
        try? pruner.carryOut(order)
        return (made.journal, order)
    }

    @Test func aFaultOfAnyCallLeavesAWholeLog() async throws {
        let (system, whole) = try await ready()
        let counted = SealedLog(system.crashed())
        let (journal, _) = try await act(counted)
        let calls = counted.log.system.keptMoments().count - 1
        journal.close()
        #expect(calls > 10)
        for call in Repetitions.some(of: Array(1...calls)) {
            for fault in MemoryFileSystem.Fault.allCases {
                let place = "call \(call) \(fault)"
                let log = SealedLog(system.crashed())
                let (journal, order) = try await act(log, failing: fault, at: call)
                #expect(journal.state == .open, "\(place)")
                try expectWhole(SealedLog(log.log.system.crashed()), whole, place)
                try expectKnown(order, log, journal, place)
                // The same process does the rest.
                let pruner = try #require(journal.pruner)
                try pruner.finish()
                journal.inspect()
                #expect(journal.state == .open, "\(place)")
                expectNoLeftovers(log, upTo: pruner.gone.size, place)
                journal.close()
            }
        }
    }

    @Test func aPowerCutAtAnyCallLeavesAWholeLog() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (system, whole) = try await ready()
        let log = SealedLog(system.crashed())
        let (journal, _) = try await act(log)
        let moments = Array(log.log.system.keptMoments().enumerated())
        journal.close()
        for (index, moment) in Repetitions.some(of: moments) {
            for round in 0..<3 {
                let cut = moment.system.afterPowerCut { _ in Bool.random(using: &random) }
                let place = "seed \(seed) call \(index) round \(round)"
                try expectWhole(SealedLog(cut), whole, place)
                try await expectProved(SealedLog(cut), place)
            }
        }
    }

    /// What is gone is still proved.
    private func expectProved(_ log: SealedLog, _ place: String) async throws {
        guard let pruned = try log.log.verify(by: PrunedLog.keys).get().pruned else { return }
        let next = try PrunedLog(log)
        defer { next.journal.close() }
        try await next.keeper.finish()
        for sequence in [1, pruned.last] {
            let proof = try? await next.keeper.proof(of: sequence)
            #expect(proof != nil, "record \(sequence), \(place)")
        }
    }

    /// What is told of the act is what the next start finds, whatever a power cut leaves of it.
    private func expectKnown(
        _ order: PruneOrder, _ log: SealedLog, _ journal: Journal, _ place: String
    ) throws {
        let pruner = try #require(journal.pruner)
        let isDone = pruner.gone.record == order.record
        for isKept in [false, true] {
            let left = SealedLog(log.log.system.afterPowerCut { _ in isKept })
            _ = try left.startHere()
            let record = try left.log.verify(by: PrunedLog.keys).get().pruned?.sequence
            if isDone { #expect(record == order.record, "\(place)") }
            if !isDone, pruner.isUndone(order) { #expect(record != order.record, "\(place)") }
        }
    }

    private func expectWhole(_ log: SealedLog, _ whole: SeenStart, _ place: String) throws {
        do {
            _ = try log.log.verify(by: PrunedLog.keys).get()
            let seen = try log.startHere()
            #expect(seen.changes.starts(with: whole.changes.dropLast()), "\(place)")
            #expect(seen.size >= whole.size, "\(place)")
            let report = try log.log.verify(by: PrunedLog.keys).get()
            expectNoLeftovers(log, upTo: report.pruned?.last ?? 0, place)
        } catch {
            Issue.record("\(error), \(place)")
        }
    }

    private func expectNoLeftovers(_ log: SealedLog, upTo size: UInt64, _ place: String) {
        let first = log.log.segments.first.flatMap { UInt64($0.suffix(26).prefix(20)) }
        #expect(first == size + 1, "\(place)")
    }
}
