import Audit
import Glibc
import Support
import Testing

/// Full segments are packed behind the log's back, and whoever reads the log sees the same.
@Suite struct PackingTests {
    private func records(_ log: SealedLog) throws -> [TailedRecord] {
        var tail = LogTail(directory: MemoryLog.folder, from: 1, system: log.log.system)
        var all: [TailedRecord] = []
        while true {
            let more = try tail.next()
            if more.isEmpty { return all }
            all += more
        }
    }

    @Test func aPackedLogReadsAsItDidBefore() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<Repetitions.of(10) {
            let log = SealedLog()
            try log.write(Int.random(in: 40...120, using: &random), &random)
            let before = try log.start(seals: false)
            let lines = try records(log).map(\.line)
            let whole = try log.log.verify().get()
            let sizes = Dictionary(
                uniqueKeysWithValues: log.log.segments.map {
                    (String($0.suffix(26)), Int64(log.log.system.bytes(of: $0).count))
                })
            let journal = try log.open()
            for step in try log.pack(journal) {
                guard case .packed(let name, let from, let to) = step else {
                    Issue.record("seed \(seed) round \(round): \(step)")
                    continue
                }
                #expect(from == sizes[name])
                #expect(to < from)
            }
            journal.close()
            let copy = SealedLog(log.log.system.crashed())
            #expect(copy.packedFiles.count == sizes.count - 1, "seed \(seed) round \(round)")
            #expect(copy.plainFiles.count <= 2)
            #expect(try records(copy).map(\.line).prefix(lines.count) == lines[...])
            for seals in [true, false] {
                let seen = try copy.start(seals: seals)
                #expect(seen.changes.prefix(before.changes.count) == before.changes[...])
                #expect(seen.open == before.open, "seed \(seed) round \(round)")
                if seals { #expect(seen.unread > 0) }
            }
            let packed = try copy.log.verify().get()
            #expect(packed.records >= whole.records)
            #expect(packed.bytes >= whole.bytes, "what it counts is what was written")
        }
    }

    @Test func theSegmentThatIsWrittenAndOneWithoutASealAreLeftAlone() throws {
        let log = SealedLog()
        let journal = try log.open()
        let lane = journal.makeLane()
        for number in 0..<40 { try commit(number..<number + 1, in: lane) }
        let packer = try #require(journal.packer)
        #expect(packer.step { _ in true } == .idle)
        #expect(log.packedFiles.isEmpty)
        let full = log.log.segments.count - 1
        #expect(packer.waiting == full)
        #expect(try log.pack(journal).count == full)
        #expect(log.plainFiles.count == 1)
        #expect(packer.waiting == 0)
        for number in 40..<60 { try commit(number..<number + 1, in: lane) }
        journal.inspect()
        #expect(journal.state == .open)
        journal.close()
        _ = try log.log.verify().get()
    }

    @Test func packedSegmentsAreReadAgainAndWhatIsDamagedStopsTheLog() throws {
        let log = try SealedLog.packed()
        let journal = try log.open()
        let audit = try #require(journal.selfAudit)
        let path = log.packedFiles[2]
        let good = log.log.system.bytes(of: path)
        var proved = 0
        while case .proved = audit.step(pace: { _ in true }) { proved += 1 }
        #expect(proved >= log.packedFiles.count)
        log.log.system.changeUnseen(path) { $0[$0.count / 2] ^= 4 }
        journal.inspect()
        #expect(journal.state == .open, "it has its old time")
        var last = SelfAudit.Step.idle
        for _ in 0..<100 {
            last = audit.step { _ in true }
            if case .proved = last { continue }
            if case .finished = last { continue }
            break
        }
        guard case .damaged(let why) = last, case .failure(let damage) = log.log.verify() else {
            Issue.record("not found: \(last)")
            return
        }
        #expect(damage.file == path)
        #expect(damage.line > 0)
        #expect(why.contains("line \(damage.line): \(damage.reason)"), "\(why)")
        #expect(journal.state != .open)
        log.log.system.setBytes(good, of: path)
        for _ in 0..<5000 where journal.state != .open { usleep(1000) }
        #expect(journal.state == .open)
        journal.close()
    }

    /// All its records are there, but it is not what was packed: that is told, and the log goes on.
    @Test func blankLinesInAPackedSegmentAreTold() throws {
        let log = try SealedLog.packed()
        let journal = try log.open()
        let audit = try #require(journal.selfAudit)
        let path = log.packedFiles[1]
        let written = log.log.written(path)
        let end = try #require(written.firstIndex(of: 10))
        try log.log.write(written[...end] + [10] + written[(end + 1)...], in: path)
        var last = SelfAudit.Step.idle
        for _ in 0..<100 {
            last = audit.step { _ in true }
            if case .proved = last { continue }
            break
        }
        guard case .failed(let why) = last else {
            Issue.record("it was taken for what was packed: \(last)")
            return
        }
        #expect(why.contains(path.dropLast(3).suffix(26)) && why.contains("other bytes"), "\(why)")
        journal.close()
        _ = try log.log.verify().get()
    }

    /// Somebody may have unpacked it to mend it.
    @Test func aSegmentThatIsPutBackInItsOtherFormIsTakenOnceTheLogStands() throws {
        let log = SealedLog()
        let journal = try log.open()
        let lane = journal.makeLane()
        for number in 0..<40 { try commit(number..<number + 1, in: lane) }
        let path = log.log.segments[1]
        let plain = log.log.system.bytes(of: path)
        try log.pack(journal)
        log.log.system.setBytes(nil, of: path + ".gz")
        journal.inspect()
        guard case .refusing(let reason) = journal.state else {
            Issue.record("a segment is gone, and the journal is \(journal.state)")
            return
        }
        #expect(reason.contains("was removed"))
        log.log.system.setBytes(plain, of: path)
        for _ in 0..<5000 where journal.state != .open { usleep(1000) }
        try commit(50..<51, in: lane)
        journal.inspect()
        #expect(journal.state == .open)
        journal.close()
        _ = try log.log.verify().get()
    }

    @Test func whoeverPacesItMayEndItAndNothingIsLeft() throws {
        let log = SealedLog()
        let journal = try log.open()
        let lane = journal.makeLane()
        for number in 0..<20 { try commit(number..<number + 1, in: lane) }
        while case .sealed? = journal.selfAudit?.step(pace: { _ in true }) {}
        let before = log.log.segments
        let packer = try #require(journal.packer)
        #expect(packer.step { _ in false } == .failed("it was interrupted"))
        #expect(log.log.segments == before)
        journal.close()
    }

    @Test func withoutRoomNothingIsPacked() throws {
        let log = SealedLog()
        let journal = try log.open()
        let lane = journal.makeLane()
        for number in 0..<20 { try commit(number..<number + 1, in: lane) }
        while case .sealed? = journal.selfAudit?.step(pace: { _ in true }) {}
        log.log.system.setFree(2 * Limits.freeBytesDefault + 4096)
        let packer = try #require(journal.packer)
        guard case .failed(let why) = packer.step(pace: { _ in true }) else {
            Issue.record("it was packed into the records' room")
            return
        }
        #expect(why.contains("no room"))
        #expect(log.packedFiles.isEmpty)
        journal.close()
    }

    /// The last segment is packed only where somebody cut the log behind it.
    @Test func aLogThatWasCutBehindAPackedSegmentGoesOnInANewOne() throws {
        let log = try SealedLog.packed()
        for path in log.plainFiles { log.log.system.setBytes(nil, of: path) }
        let last = try #require(log.packedFiles.last)
        let bytes = log.log.system.bytes(of: last)
        let journal = try log.open()
        try commit(0..<2, in: journal.makeLane())
        journal.close()
        #expect(log.log.system.bytes(of: last) == bytes)
        _ = try log.log.verify().get()
        #expect(throws: Never.self) { _ = try log.start(seals: false) }
    }

    @Test func aPackedSegmentUnderAnotherNameIsMissed() throws {
        let log = try SealedLog.packed()
        for path in log.plainFiles { log.log.system.setBytes(nil, of: path) }
        let path = try #require(log.packedFiles.last)
        log.log.system.setBytes(log.log.system.bytes(of: path), of: path + ".kept")
        log.log.system.setBytes(nil, of: path)
        guard case .failure(let damage) = log.log.verify() else {
            Issue.record("the log was cut, and nobody saw it")
            return
        }
        #expect(damage.reason.contains("under another name"))
        #expect(throws: AuditError.self) { _ = try log.start() }
    }
}
