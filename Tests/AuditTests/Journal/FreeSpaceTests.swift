import Audit
import Glibc
import Testing

/// The journal watches what is free on its disk, without being asked to.
@Suite struct FreeSpaceTests {
    @Test func refusesBelowTheThresholdAndGoesOnWithRoom() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        let lane = journal.makeLane()
        try commit(0..<3, in: lane)
        log.system.setFree((2 << 20) - 1)
        expect(journal, isOpen: false)
        guard case .refusing(let reason) = journal.state else { return }
        #expect(reason.contains("bytes are free"), "\(reason)")
        #expect(throws: AuditError.self) { try lane.append(.sample(4)) }
        // A little room is not enough, or it would stop and start in turn.
        log.system.setFree(3 << 20)
        usleep(20_000)
        #expect(journal.state != .open)
        log.system.setFree(4 << 20)
        expect(journal, isOpen: true)
        try commit(4..<6, in: lane)
        journal.close()
        _ = try log.verify().get()
    }

    @Test func fillsAheadOnlyWithWhatIsToSpare() throws {
        let log = MemoryLog()
        log.system.setFree(4 << 20)
        let journal = try Journal.open(
            log.configuration(segmentBytes: 1 << 20, fillBytes: 1 << 20), system: log.system)
        let lane = journal.makeLane()
        for number in 0..<20 {
            try commit(number..<number + 1, in: lane)
            usleep(1000)
        }
        #expect(journal.state == .open)
        let path = try #require(log.segments.first)
        #expect(log.system.bytes(of: path).count < 100_000, "it was filled ahead")
        log.system.setFree(1 << 30)
        for number in 20..<200 where log.system.bytes(of: path).count < 1 << 20 {
            try commit(number..<number + 1, in: lane)
            usleep(1000)
        }
        #expect(log.system.bytes(of: path).count >= 1 << 20, "it was not filled ahead")
        journal.close()
    }

    private func expect(_ journal: Journal, isOpen: Bool) {
        for _ in 0..<5000 where (journal.state == .open) != isOpen { usleep(1000) }
        #expect((journal.state == .open) == isOpen, "\(journal.state)")
    }
}
