import Audit
import Glibc
import Support
import Testing

/// A power cut before every single call leaves a log that opens and holds what was acknowledged.
@Suite struct PowerCutTests {
    typealias Acknowledged = [(sequence: UInt64, leaf: LeafHash)]

    /// A keeper that is late with its fill finds that the segment is not the log's last any more.
    @Test func aLateFillLeavesNothingInAFullSegment() throws {
        let log = MemoryLog()
        log.system.holdUpdates()
        let journal = try Journal.open(
            log.configuration(segmentBytes: 16384, fillBytes: 16384), system: log.system)
        let lane = journal.makeLane()
        var acknowledged: Acknowledged = []
        var number = 0
        while log.segments.count < 2 {
            acknowledged += try commit(number..<number + 3, in: lane)
            number += 3
            usleep(2000)
        }
        log.system.note(acknowledged.count)
        log.system.keepMoments()
        log.system.releaseUpdates()
        journal.close()
        for (moment, _) in log.system.keptMoments() {
            // Sizes and names persist, the bytes of no sector do.
            try expectOpens(moment.afterPowerCut { $0 != 2 }, acknowledged, "sizes only")
            try expectOpens(moment.afterPowerCut { _ in true }, acknowledged, "everything")
            try expectOpens(moment.afterPowerCut { _ in false }, acknowledged, "nothing")
        }
    }

    /// The next segment is full with its first batch, so nothing replaces the stale fill.
    @Test func aFillThatWaitsBehindTheCutOfItsSegmentIsDropped() throws {
        let log = MemoryLog()
        log.system.holdUpdates()
        let journal = try Journal.open(
            log.configuration(segmentBytes: 16384, fillBytes: 16384), system: log.system)
        let lane = journal.makeLane()
        var acknowledged = try commit(0..<3, in: lane)
        usleep(20_000)
        var number = 3
        while log.system.bytes(of: log.segments[0]).count < 16384 {
            acknowledged += try commit(number..<number + 3, in: lane)
            number += 3
        }
        acknowledged += try commit(number..<number + 60, in: lane)
        #expect(log.segments.count == 2)
        log.system.releaseUpdates()
        usleep(20_000)
        journal.close()
        #expect(log.holds(acknowledged))
        #expect(throws: Never.self) { _ = try log.verify().get() }
        #expect(!log.system.bytes(of: log.segments[0]).contains(0))
        try expectOpens(log.system.crashed(), acknowledged, "closed")
    }

    /// The folders of a new log are as durable as what is in them.
    @Test func aNewLogIsThereAfterAPowerCut() throws {
        let system = MemoryFileSystem()
        var configuration = MemoryLog(system).configuration()
        configuration.directory = "/srv/maxine/data/audit"
        let journal = try Journal.open(configuration, system: system)
        let acknowledged = try commit(0..<3, in: journal.makeLane())
        let cut = system.afterPowerCut { _ in false }
        journal.close()
        let folder = configuration.directory
        let report = try LogVerifier.verify(directory: folder, system: cut, liveRetries: 1).get()
        #expect(report.records == acknowledged.last?.sequence)
    }

    /// Commits over several segments, one fault, its recovery and a few more commits.
    @Test(arguments: [MemoryFileSystem.Fault.failsButPersists, .short, .fails])
    func keepsWhatWasAcknowledgedAtEveryCallOfARecovery(_ fault: MemoryFileSystem.Fault) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<Repetitions.of(6) {
            let log = MemoryLog()
            var acknowledged: Acknowledged = []
            try fail(log, fault, &acknowledged, &random)
            for (index, moment) in moments(of: log.system) {
                for _ in 0..<4 {
                    let cut = moment.system.afterPowerCut { _ in Bool.random(using: &random) }
                    try expectOpens(
                        cut, Array(acknowledged.prefix(moment.note)),
                        "seed \(seed) round \(round) \(fault) call \(index)")
                }
            }
        }
    }

    /// A start after a power cut is cut itself before each of its calls.
    @Test func keepsWhatWasAcknowledgedAtEveryCallOfAStart() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<Repetitions.of(4) {
            let log = MemoryLog()
            var acknowledged: Acknowledged = []
            try fail(log, .failsButPersists, &acknowledged, &random)
            for (index, moment) in moments(of: log.system) {
                let cut = moment.system.afterPowerCut { _ in Bool.random(using: &random) }
                cut.keepMoments()
                let place = "seed \(seed) round \(round) call \(index)"
                try expectOpens(cut, Array(acknowledged.prefix(moment.note)), place)
                for (again, second) in moments(of: cut) {
                    try expectOpens(
                        second.system.afterPowerCut { _ in Bool.random(using: &random) },
                        Array(acknowledged.prefix(moment.note)), "\(place), then \(again)")
                }
            }
        }
    }

    /// The states before each call, or before some of them, with their numbers.
    private func moments(
        of system: MemoryFileSystem
    ) -> [(offset: Int, element: (system: MemoryFileSystem, note: Int))] {
        Repetitions.some(of: Array(system.keptMoments().enumerated()))
    }

    private func fail(
        _ log: MemoryLog, _ fault: MemoryFileSystem.Fault, _ acknowledged: inout Acknowledged,
        _ random: inout SeededGenerator
    ) throws {
        let journal = try Journal.open(
            log.configuration(segmentBytes: 4096, fillBytes: 2048), system: log.system)
        defer { journal.close() }
        let lane = journal.makeLane()
        log.system.keepMoments()
        for number in 0..<Int.random(in: 1...12, using: &random) {
            acknowledged += try commit(number * 3..<number * 3 + 3, in: lane)
            log.system.note(acknowledged.count)
        }
        log.system.fail(
            call: log.system.calls + 1 + Int.random(in: 0...3, using: &random), with: fault)
        for number in 100..<106 {
            // The fault hits the writer or the keeper; either way the journal comes back.
            if let more = try? commit(number..<number + 1, in: lane) { acknowledged += more }
            log.system.note(acknowledged.count)
            for _ in 0..<5000 where journal.state != .open { usleep(1000) }
        }
        #expect(journal.state == .open)
    }

    private func expectOpens(
        _ system: MemoryFileSystem, _ acknowledged: Acknowledged, _ place: String
    ) throws {
        let log = MemoryLog(system)
        do {
            _ = try log.reopen()
        } catch {
            Issue.record("\(error), \(place)")
            return
        }
        #expect(log.holds(acknowledged), "\(place)")
        #expect(throws: Never.self, "\(place)") { _ = try log.verify().get() }
    }
}
