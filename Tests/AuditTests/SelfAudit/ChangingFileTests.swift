import Audit
import Support
import Testing

/// A segment that changes while it is read is not proved by that reading, however it ends.
@Suite struct ChangingFileTests {
    @Test func whatChangesWhileItIsReadIsNotSealed() throws {
        let log = SealedLog()
        let journal = try Journal.open(try log.configuration(), system: log.log.system)
        let lane = journal.makeLane()
        for number in 0..<30 { try commit(number..<number + 1, in: lane) }
        let audit = try #require(journal.selfAudit)
        let path = try #require(log.log.segments.first)
        let bytes = log.log.system.bytes(of: path)
        let step = audit.step { _ in
            log.log.system.setBytes(bytes, of: path)
            return true
        }
        #expect(step == .failed("it was interrupted"))
        #expect(log.seals.isEmpty)
        #expect(audit.step { _ in true } == .sealed(String(path.suffix(26))))
        journal.close()
    }
}
