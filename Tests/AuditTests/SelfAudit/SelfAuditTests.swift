import Audit
import Glibc
import NIOConcurrencyHelpers
import Support
import Testing

/// What is full is read again while the log runs: sealed the first time, proved each time.
@Suite struct SelfAuditTests {
    private let log = SealedLog()

    private func open(
        _ log: SealedLog, keys: (@Sendable () -> SealKeys)? = nil
    ) throws -> (Journal, SelfAudit) {
        let journal = try Journal.open(try log.configuration(keys: keys), system: log.log.system)
        return (journal, try #require(journal.selfAudit))
    }

    /// Writes some segments in a log that runs, and gives it.
    private func running(keys: (@Sendable () -> SealKeys)? = nil) throws -> (Journal, SelfAudit) {
        let (journal, audit) = try open(log, keys: keys)
        let lane = journal.makeLane()
        for number in 0..<60 { try commit(number..<number + 1, in: lane) }
        #expect(log.log.segments.count > 4)
        return (journal, audit)
    }

    /// Steps until a round is over.
    private func round(_ audit: SelfAudit) -> [SelfAudit.Step] {
        var steps: [SelfAudit.Step] = []
        for _ in 0..<200 {
            let step = audit.step { _ in true }
            steps.append(step)
            switch step {
            case .sealed, .proved: continue
            case .finished, .idle, .damaged, .failed: return steps
            }
        }
        return steps
    }

    @Test func whatIsFullIsSealedAndAllIsProvedInTurn() throws {
        let (journal, audit) = try running()
        #expect(log.files.isEmpty)
        #expect(audit.isBehind)
        let names = log.log.segments.dropLast().map { String($0.suffix(26)) }
        let steps = round(audit)
        #expect(steps.prefix(names.count) == names.map { .sealed($0) }[...])
        #expect(steps.dropFirst(names.count).prefix(names.count) == names.map { .proved($0) }[...])
        guard case .finished(let records) = steps.last else {
            Issue.record("\(steps)")
            return
        }
        #expect(!audit.isBehind)
        #expect(records > 0 && records < journal.treeSize)
        #expect(round(audit) == names.map { .proved($0) } + [.finished(records: records)])
        let whole = try log.start(seals: false)
        let told = try log.start()
        #expect(told.unread == records)
        #expect(told == whole)
        journal.close()
    }

    /// Blank lines mean nothing, but a seal tells of a file that ends with its last commit line.
    @Test func whatCannotBeSealedIsReadInItsTurnAndKeepsNothingWaiting() throws {
        let (first, _) = try running()
        first.close()
        let path = try #require(log.log.segments.first)
        log.log.system.setBytes(log.log.system.bytes(of: path) + [10, 10], of: path)
        let (journal, audit) = try open(log)
        let names = log.log.segments.dropLast().map { String($0.suffix(26)) }
        let steps = round(audit)
        #expect(steps.count(where: { $0 == .proved(names[0]) }) == 2, "\(steps.prefix(9))")
        #expect(!steps.contains(.sealed(names[0])))
        guard case .finished = steps.last else {
            Issue.record("it came to no end: \(steps.count) steps")
            return
        }
        #expect(!audit.isBehind)
        let packed = try log.pack(journal)
        #expect(packed.count == names.count - 1, "\(packed)")
        journal.close()
        _ = try log.log.verify().get()
    }

    @Test func aRestartGoesOnWhereItStood() throws {
        let (journal, audit) = try running()
        while case .sealed = audit.step(pace: { _ in true }) {}
        _ = audit.step { _ in true }
        let position = audit.position
        #expect(position > 0)
        journal.close()
        let (again, resumed) = try open(SealedLog(log.log.system.crashed()))
        #expect(resumed.position == position)
        #expect(round(resumed).count < round(resumed).count)
        again.close()
    }

    /// Somebody else may have the old key from now on: nothing is sealed by it any more, and what it sealed is read and sealed again.
    @Test func aKeyThatIsReplacedSealsNoMore() throws {
        let old = try #require(LogKey(newFor: "maxine.local/audit"))
        let new = try #require(LogKey(newFor: "maxine.local/audit"))
        let box = NIOLockedValueBox(SealKeys(signing: [old], believed: [old.verifier]))
        let (journal, audit) = try running { box.withLockedValue { $0 } }
        while case .sealed = audit.step(pace: { _ in true }) {}
        let segments = log.log.segments.dropLast().map { String($0.suffix(26)) }
        #expect(!audit.isBehind)
        #expect(log.seals(by: old) == segments.count)

        box.withLockedValue { $0 = SealKeys(signing: [new], believed: [new.verifier]) }
        #expect(audit.isBehind)
        #expect(
            segments.map { _ in audit.step(sealsOnly: true) { _ in true } }
                == segments.map { .sealed($0) })
        #expect(audit.step(sealsOnly: true) { _ in true } == .idle)
        #expect(!audit.isBehind)
        #expect(log.seals(by: old) == 0)
        #expect(log.seals(by: new) == segments.count)
        journal.close()
    }

    @Test func aPositionOfAnotherLogDoesNotCount() throws {
        var random = SeededGenerator(seed: 8)
        let kept = try position(of: log, by: SealedLog.key)
        let other = SealedLog()
        try other.write(60, &random)
        #expect(try begun(on: other, with: kept) == 0)
    }

    @Test func aPositionThatTheLogsKeyDidNotSignDoesNotCount() throws {
        let kept = try position(of: log, by: LogKey(newFor: "maxine.local/audit"))
        #expect(try begun(on: log, with: kept) == 0)
        #expect(try begun(on: log, with: position(of: log, by: SealedLog.key)) > 0)
    }

    /// Reads a new or an old log until there is a position, and gives its file.
    private func position(of log: SealedLog, by key: LogKey?) throws -> [UInt8] {
        let journal = try Journal.open(
            try log.configuration(key: key), system: log.log.system)
        defer { journal.close() }
        let lane = journal.makeLane()
        for number in 0..<40 { try commit(number..<number + 1, in: lane) }
        let audit = try #require(journal.selfAudit)
        for _ in 0..<100 where audit.position == 0 { _ = audit.step { _ in true } }
        #expect(audit.position > 0)
        return log.log.system.bytes(of: Self.positionPath)
    }

    private static let positionPath = SealedLog.folder + "/read-again"

    /// Where a start on a copy of a log would go on with such a file.
    private func begun(on log: SealedLog, with position: [UInt8]) throws -> UInt64 {
        let copy = SealedLog(log.log.system.crashed())
        copy.log.system.setBytes(position, of: Self.positionPath)
        let (journal, audit) = try open(copy)
        defer { journal.close() }
        return audit.position
    }

    @Test func damageThatNobodySawStopsTheLogUntilItIsMended() throws {
        let (journal, audit) = try running()
        _ = round(audit)
        let path = log.log.segments[2]
        let good = log.log.system.bytes(of: path)
        log.log.system.changeUnseen(path) { $0[$0.count / 2] ^= 1 }
        journal.inspect()
        #expect(journal.state == .open, "the watch does not read what has its old time")
        #expect(try log.start().unread > 0, "neither does a start")

        guard case .damaged(let why) = round(audit).last else {
            Issue.record("the damage was not found")
            return
        }
        guard case .failure(let damage) = log.log.verify() else {
            Issue.record("nothing to find")
            return
        }
        #expect(damage.file == path)
        #expect(why.contains("line \(damage.line): \(damage.reason)"))
        guard case .refusing(let reason) = journal.state else {
            Issue.record("the journal is \(journal.state)")
            return
        }
        #expect(reason.contains(path.suffix(26)))
        #expect(throws: AuditError.self) { try commit(100..<101, in: journal.makeLane()) }
        #expect(audit.step { _ in true } == .idle)
        #expect(audit.unsealed >= 1 && audit.isBehind, "its seal is gone")
        #expect(throws: AuditError.self, "without its seal it is read") { try log.start() }

        log.log.system.setBytes(good, of: path)
        for _ in 0..<5000 where journal.state != .open { usleep(1000) }
        try commit(101..<102, in: journal.makeLane())
        _ = round(audit)
        #expect(!audit.isBehind)
        journal.close()
        _ = try log.log.verify().get()
    }

    @Test func everyDamageOfAFullSegmentIsFound() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let (journal, audit) = try running()
        while case .sealed = audit.step(pace: { _ in true }) {}
        journal.close()
        for _ in 0..<Repetitions.of(100) {
            let copy = SealedLog(log.log.system.crashed())
            let path = copy.log.segments[Int.random(in: 0..<4, using: &random)]
            var place = 0
            copy.log.system.changeUnseen(path) { bytes in
                place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
            }
            guard let (journal, audit) = try? open(copy) else { continue }
            // The first round goes on where the last process was.
            guard (round(audit) + round(audit)).contains(where: \.isDamage) else {
                Issue.record("seed \(seed): byte \(place) of \(path)")
                continue
            }
            #expect(journal.state != .open)
            journal.close()
        }
    }

    @Test func aSegmentOfAnotherHistoryThatIsWholeInItselfIsFound() throws {
        var random = SeededGenerator(seed: 11)
        try log.write(20, &random)
        let other = SealedLog(log.log.system.crashed())
        let path = try #require(log.log.segments.last)
        try other.write(40, &random)
        let (journal, audit) = try open(log)
        let lane = journal.makeLane()
        for number in 0..<40 { try commit(number..<number + 1, in: lane) }
        let bytes = other.log.system.bytes(of: path)
        #expect(!bytes.isEmpty)
        log.log.system.changeUnseen(path) { $0 = bytes }
        guard case .damaged(let why) = round(audit).last else {
            Issue.record("it was taken for the log's own")
            return
        }
        #expect(why.contains("other records than were written"))
        journal.close()
    }

    @Test func whoeverPacesItMayEndIt() throws {
        let (journal, audit) = try running()
        var asked = 0
        #expect(
            audit.step {
                asked += $0; return false
            } == .failed("it was interrupted"))
        #expect(asked > 0)
        #expect(log.files.isEmpty)
        guard case .sealed = audit.step(pace: { _ in true }) else {
            Issue.record("it does not go on")
            return
        }
        #expect(audit.bytes == Int64(log.log.system.bytes(of: log.log.segments[0]).count))
        journal.close()
    }

    @Test func alsoTheFaultsOfItsOwnFilesAreTold() throws {
        let (journal, audit) = try running()
        log.log.system.fail(call: log.log.system.calls + 1, with: .fails)
        guard case .failed = audit.step(pace: { _ in true }) else {
            Issue.record("nothing was told")
            return
        }
        #expect(journal.state == .open)
        #expect(audit.isBehind)
        _ = round(audit)
        #expect(!audit.isBehind)
        journal.close()
    }
}

extension SelfAudit.Step {
    fileprivate var isDamage: Bool {
        if case .damaged = self { true } else { false }
    }
}
