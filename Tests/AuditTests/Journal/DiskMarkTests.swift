@testable import Audit
import Glibc
import Testing

/// What the journal does as its disk fills up.
@Suite struct DiskMarkTests {
    private func configuration(_ log: MemoryLog) -> JournalConfiguration {
        var configuration = log.configuration()
        configuration.freeBytesLow = 2 << 20
        configuration.freeBytesMin = 1 << 20
        configuration.reserveBytes = 4096
        return configuration
    }

    private func wait(_ body: () -> Bool) {
        for _ in 0..<2000 where !body() { usleep(1000) }
    }

    @Test func saysThatTheDiskIsLowAndGoesOn() throws {
        let log = MemoryLog()
        let journal = try Journal.open(configuration(log), system: log.system)
        let lane = journal.makeLane()
        wait { log.system.paths(in: MemoryLog.folder).contains("/log/reserve") }
        #expect(log.system.bytes(of: "/log/reserve").count == 4096)
        log.system.setFree(3 << 19)
        wait { journal.isDiskLow }
        #expect(journal.isDiskLow)
        #expect(journal.state == .open)
        try commit(0..<2, in: lane)
        log.system.setFree(1 << 30)
        wait { !journal.isDiskLow }
        #expect(!journal.isDiskLow)
        journal.close()
    }

    @Test func refusesBeforeTheDiskIsFullWithOneLastRecordAndComesBack() throws {
        let log = MemoryLog()
        let journal = try Journal.open(configuration(log), system: log.system)
        let lane = journal.makeLane()
        wait { log.system.paths(in: MemoryLog.folder).contains("/log/reserve") }
        let before = try commit(0..<2, in: lane)
        log.system.setFree(1000)
        wait { journal.state != .open && log.lines().contains { $0.contains("log.refusing") } }
        #expect(throws: AuditError.self) { try commit(2..<3, in: lane) }
        #expect(log.lines().count { $0.contains(#""action":"log.refusing""#) } == 1)
        #expect(!log.system.paths(in: MemoryLog.folder).contains("/log/reserve"))
        usleep(20_000)
        #expect(log.lines().count { $0.contains(#""action":"log.refusing""#) } == 1)
        log.system.setFree(1 << 30)
        wait { journal.state == .open }
        let after = try commit(4..<6, in: lane)
        wait { log.system.paths(in: MemoryLog.folder).contains("/log/reserve") }
        journal.close()
        #expect(log.holds(before + after))
        #expect(log.lines().contains { $0.contains(#""action":"log.resumed""#) })
        #expect(log.system.bytes(of: "/log/reserve").count == 4096)
        _ = try log.verify().get()
    }
}
