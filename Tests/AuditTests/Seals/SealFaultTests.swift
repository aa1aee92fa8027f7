import Audit
import Support
import Testing

/// Writing seals fails or ends at every single step: starts go on, and mend what is there.
@Suite struct SealFaultTests {
    @Test func aFaultOfAnyCallOfASealLosesNothing() throws {
        var random = SeededGenerator(seed: 7)
        let made = SealedLog()
        try made.write(60, &random)
        let good = try made.start(seals: false)
        let before = made.log.system.calls
        let counted = SealedLog(made.log.system.crashed())
        _ = try counted.startHere()
        let calls = counted.log.system.calls - before
        #expect(calls > 10)
        for call in Repetitions.some(of: Array(1...calls)) {
            for fault in MemoryFileSystem.Fault.allCases {
                let log = SealedLog(made.log.system.crashed())
                log.log.system.fail(call: before + call, with: fault)
                if let seen = try? log.startHere() { #expect(seen == good, "\(call) \(fault)") }
                try expectSame(SealedLog(log.log.system.crashed()), "\(call) \(fault)")
            }
        }
    }

    /// What is left of a seal that finds no room would take it from the records.
    @Test func aDiskThatIsFullKeepsNothingOfASeal() throws {
        var random = SeededGenerator(seed: 12)
        let log = SealedLog()
        try log.write(60, &random)
        var configuration = try log.configuration()
        // Else the journal itself stops as soon as it sees that there is no room.
        configuration.freeBytesMin = 0
        let journal = try Journal.open(configuration, system: log.log.system)
        defer { journal.close() }
        let lane = journal.makeLane()
        for number in 0..<40 { try commit(number..<number + 1, in: lane) }
        let audit = try #require(journal.selfAudit)
        let before = log.files
        log.log.system.setFull(true)
        guard case .failed = audit.step(pace: { _ in true }) else {
            Issue.record("it was sealed on a full disk")
            return
        }
        #expect(log.files == before)
        log.log.system.setFull(false)
        guard case .sealed = audit.step(pace: { _ in true }) else {
            Issue.record("it is not sealed later")
            return
        }
        #expect(journal.state == .open)
    }

    @Test func aPowerCutAtAnyCallOfASealLosesNothing() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let made = SealedLog()
        try made.write(60, &random)
        let log = SealedLog(made.log.system.crashed())
        log.log.system.keepMoments()
        _ = try log.startHere()
        for (index, moment) in Repetitions.some(
            of: Array(log.log.system.keptMoments().enumerated()))
        {
            for _ in 0..<4 {
                let cut = moment.system.afterPowerCut { _ in Bool.random(using: &random) }
                try expectSame(SealedLog(cut), "seed \(seed) call \(index)")
            }
        }
    }

    /// A start by whatever seals there are sees what a whole reading sees, and the one after it has all seals.
    private func expectSame(_ log: SealedLog, _ place: String) throws {
        let whole = try log.start(seals: false)
        let seen = try log.startHere()
        #expect(seen == whole, "\(place)")
        #expect(try log.start() == log.start(seals: false), "\(place)")
        #expect(log.seals.count >= log.log.segments.count - 3, "\(place)")
        #expect(!log.files.contains { $0.hasSuffix(".new") }, "\(place)")
        _ = try log.log.verify().get()
    }
}
