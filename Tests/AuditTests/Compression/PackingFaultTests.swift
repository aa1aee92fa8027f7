import Audit
import Support
import Testing

/// Packing fails or ends at every single step: one form of each segment is always there, whole, and the next process goes on.
@Suite struct PackingFaultTests {
    /// A log whose full segments are sealed, opened; what it holds.
    private func sealed() throws -> (log: SealedLog, whole: SeenStart) {
        var random = SeededGenerator(seed: 3)
        let log = SealedLog()
        try log.write(16, &random)
        _ = try log.startHere()
        let copy = SealedLog(log.log.system.crashed())
        return (copy, try copy.start(seals: false))
    }

    @Test func aFaultOfAnyCallLosesNothing() throws {
        let (made, whole) = try sealed()
        let counted = SealedLog(made.log.system.crashed())
        let journal = try counted.open()
        let before = counted.log.system.calls
        try counted.pack(journal)
        let calls = counted.log.system.calls - before
        journal.close()
        #expect(calls > 30)
        for call in Repetitions.some(of: Array(1...calls)) {
            for fault in MemoryFileSystem.Fault.allCases {
                let place = "call \(call) \(fault)"
                let log = SealedLog(made.log.system.crashed())
                let journal = try log.open()
                log.log.system.fail(call: log.log.system.calls + call, with: fault)
                try log.pack(journal)
                #expect(journal.state == .open, "\(place)")
                try expectSame(SealedLog(log.log.system.crashed()), whole, place)
                // The same process goes on, too.
                #expect(try log.pack(journal).allSatisfy { $0.isPacked }, "\(place)")
                try expectPacked(log, place)
                journal.close()
            }
        }
    }

    @Test func aPowerCutAtAnyCallLosesNothing() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (made, whole) = try sealed()
        let log = SealedLog(made.log.system.crashed())
        let journal = try log.open()
        log.log.system.keepMoments()
        try log.pack(journal)
        let moments = Array(log.log.system.keptMoments().enumerated())
        journal.close()
        for (index, moment) in Repetitions.some(of: moments) {
            for round in 0..<4 {
                let cut = moment.system.afterPowerCut { _ in Bool.random(using: &random) }
                try expectSame(
                    SealedLog(cut), whole, "seed \(seed) call \(index) round \(round)")
            }
        }
    }

    /// Both forms, one form, drafts: the next start sees what was written, and packing comes to its end.
    private func expectSame(_ log: SealedLog, _ whole: SeenStart, _ place: String) throws {
        do {
            let report = try log.log.verify().get()
            #expect(report.records >= whole.size - 3, "\(place)")
            for seals in [false, true] {
                let seen = try log.start(seals: seals)
                #expect(seen.changes.starts(with: whole.changes.dropLast()), "\(place)")
                #expect(seen.open == whole.open, "\(place)")
            }
            let journal = try log.open()
            #expect(try log.pack(journal).allSatisfy { $0.isPacked }, "\(place)")
            journal.close()
            try expectPacked(log, place)
            _ = try log.log.verify().get()
        } catch {
            Issue.record("\(error), \(place)")
        }
    }

    private func expectPacked(_ log: SealedLog, _ place: String) throws {
        #expect(log.plainFiles.count <= 2, "\(place): \(log.log.segments)")
        #expect(!log.log.segments.contains { $0.hasSuffix(".new") }, "\(place)")
        let packed = Set(log.packedFiles.map { String($0.dropLast(3)) })
        #expect(packed.isDisjoint(with: log.plainFiles), "\(place)")
    }
}

extension SegmentPacker.Step {
    fileprivate var isPacked: Bool { if case .packed = self { true } else { false } }
}
