import Audit
import Glibc
import Support
import Testing

/// Each file operation fails once: before its effect, after it, or half-way.
@Suite struct FaultTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var call: Int
        var fault: MemoryFileSystem.Fault
        var testDescription: String { "call \(call) \(fault)" }
    }

    static let cases = (1...60).flatMap { call in
        MemoryFileSystem.Fault.allCases.map { Case(call: call, fault: $0) }
    }

    @Test(arguments: Repetitions.some(of: cases))
    func losesNothingAndReportsNothingFalse(_ one: Case) throws {
        let log = MemoryLog()
        log.system.fail(call: one.call, with: one.fault)
        var configuration = log.configuration(segmentBytes: 4096)
        configuration.fillBytes = 0
        guard let journal = try? Journal.open(configuration, system: log.system) else {
            let again = MemoryLog(log.system.crashed())
            _ = try again.reopen()
            _ = try again.verify().get()
            return
        }
        var acknowledged: [(sequence: UInt64, leaf: LeafHash)] = []
        var refused: [Int] = []
        let lane = journal.makeLane()
        for number in 0..<24 {
            do {
                acknowledged += try commit(number..<number + 1, in: lane)
            } catch {
                refused.append(number)
                let crashed = MemoryLog(log.system.crashed())
                _ = try crashed.reopen()
                #expect(crashed.holds(acknowledged), "after a crash at the fault")
                _ = try crashed.verify().get()
                waitUntilOpen(journal)
            }
        }
        #expect(refused.count <= 1)
        journal.close()
        let after = MemoryLog(log.system.crashed())
        _ = try after.reopen()
        _ = try after.verify().get()
        #expect(after.holds(acknowledged))
        for number in refused {
            #expect(!after.lines().contains { $0.contains(#""id":"i-\#(number)""#) })
        }
        let resumed = after.lines().filter { $0.contains("log.resumed") }.count
        #expect(resumed == refused.count)
        #expect(log.system.syncsAfterFailure == 0)
    }

    @Test func aFullDiskRefusesAndLaterGoesOn() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        let before = try commit(0..<3, in: lane)
        log.system.setFull(true)
        #expect(throws: AuditError.self) { try commit(3..<4, in: lane) }
        usleep(20_000)
        guard case .refusing = journal.state else {
            Issue.record("the journal is \(journal.state)")
            return
        }
        #expect(throws: AuditError.self) { try lane.append(.sample(4)) }
        lane.appendUnawaited(.sample(5, kind: .outcome))
        #expect(lane.commit(nowNanoseconds: 1).failure != nil)
        #expect(lane.pending == 1)
        log.system.setFull(false)
        waitUntilOpen(journal)
        let after = try commit(6..<7, in: lane)
        #expect(lane.pending == 0)
        journal.close()
        #expect(log.holds(before + after))
        #expect(log.lines().contains { $0.contains(#""id":"i-5""#) })
        #expect(!log.lines().contains { $0.contains(#""id":"i-3""#) })
        _ = try log.verify().get()
    }

    @Test func aLastingFaultDoesNotPileUpQuarantinedFiles() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        let before = try commit(0..<3, in: lane)
        let next = log.system.calls + 1
        log.system.fail(call: next, with: .short)
        for call in next + 1..<next + 400 { log.system.fail(call: call, with: .fails) }
        log.system.fail(call: next + 6, with: .failsButPersists)
        #expect(throws: AuditError.self) { try commit(3..<6, in: lane) }
        waitUntilOpen(journal)
        try commit(6..<7, in: lane)
        journal.close()
        #expect(log.holds(before))
        #expect(log.system.paths(in: MemoryLog.folder + "/quarantine").count <= 2)
        _ = try log.verify().get()
    }

    @Test func aPowerCutAtAnyCallKeepsWhatWasAcknowledged() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<Repetitions.of(40) {
            let log = MemoryLog()
            let journal = try Journal.open(
                log.configuration(segmentBytes: 4096, fillBytes: 2048), system: log.system)
            let lane = journal.makeLane()
            var acknowledged: [(sequence: UInt64, leaf: LeafHash)] = []
            for number in 0..<Int.random(in: 1...20, using: &random) {
                acknowledged += try commit(number * 3..<number * 3 + 3, in: lane)
            }
            log.system.fail(
                call: log.system.calls + 1 + Int.random(in: 0...1, using: &random),
                with: [.failsButPersists, .short, .fails][Int.random(in: 0...2, using: &random)])
            for number in 100..<103 { try? lane.append(.sample(number)) }
            let last = lane.commit(nowNanoseconds: 1)
            _ = last.count
            for _ in 0..<10 {
                let cut = MemoryLog(log.system.afterPowerCut { _ in Bool.random(using: &random) })
                #expect(throws: Never.self, "seed \(seed)") { _ = try cut.reopen() }
                #expect(cut.holds(acknowledged), "seed \(seed)")
                #expect(throws: Never.self, "seed \(seed)") { _ = try cut.verify().get() }
            }
            journal.close()
        }
    }

    private func waitUntilOpen(_ journal: Journal) {
        for _ in 0..<5000 where journal.state != .open { usleep(1000) }
    }
}
