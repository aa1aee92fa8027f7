import Audit
import Glibc
import Testing

/// A segment that can't be filled ahead.
@Suite struct FillTests {
    @Test func aLogThatCanBeWrittenGoesOnWithoutFill() throws {
        let log = MemoryLog()
        let files = ScarceFiles(log.system)
        let journal = try Journal.open(log.configuration(fillBytes: 4096), system: files)
        let lane = journal.makeLane()
        files.runOut()
        var acknowledged: [(sequence: UInt64, leaf: LeafHash)] = []
        for number in 0..<40 { acknowledged += try commit(number..<number + 1, in: lane) }
        for _ in 0..<2000 where files.refused == 0 { usleep(1000) }
        #expect(files.refused > 0, "nobody tried to fill")
        usleep(5000)
        #expect(journal.state == .open)
        acknowledged += try commit(40..<41, in: lane)
        journal.close()
        #expect(log.holds(acknowledged))
        _ = try log.verify().get()
    }
}
