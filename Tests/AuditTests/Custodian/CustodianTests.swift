@testable import Audit
import Glibc
import NIOConcurrencyHelpers
import Testing

@Suite struct CustodianTests {
    static func configuration() -> CustodianConfiguration {
        var configuration = CustodianConfiguration()
        configuration.intervalSeconds = 0.005
        configuration.auditBytesPerSecond = 1 << 30
        return configuration
    }

    static func waitUntil(_ body: () -> Bool) {
        for _ in 0..<1000 where !body() { usleep(2000) }
    }

    private func fill(_ journal: Journal, batches: Int = 30) throws {
        let lane = journal.makeLane()
        for number in 0..<batches { try commit(number * 3..<number * 3 + 3, in: lane) }
    }

    @Test func packedSegmentsAreVerifiedFollowedProvedAndOpened() throws {
        let log = try NotaryTests.log()
        let plain = log.lines()
        let journal = try Journal.open(log.configuration(segmentBytes: 8192), system: log.system)
        let custodian = Custodian(journal, Self.configuration())
        Self.waitUntil { log.segments.dropLast().allSatisfy { $0.hasSuffix(".gz") } }
        custodian.stop()
        journal.close()
        let packed = log.segments.filter { $0.hasSuffix(".gz") }
        #expect(packed.count >= 2)
        #expect(custodian.finding == nil)
        let closed = MemoryLog(log.system.crashed())
        let report = try closed.verify().get()
        #expect(report.claims.first { $0.name == "checkpoint" }?.state == .holds)
        var tail = LogTail(directory: MemoryLog.folder, from: 1, system: closed.system)
        var lines: [String] = []
        while case let records = try tail.next(), !records.isEmpty {
            lines += records.map { String(decoding: $0.line, as: UTF8.self) }
        }
        let before = plain.filter { $0.hasPrefix(#"{"seq":"#) }
        #expect(Array(lines.prefix(before.count)) == before)
        #expect(try closed.reopen().count > 0)
        _ = try NotaryTests.log(batches: 3, closed.system)
        let evidence = LogEvidence(
            system: closed.system, layout: LogLayout(directory: MemoryLog.folder))
        let signed = try #require(try evidence.checkpoint())
        for sequence in 1...signed.checkpoint.size {
            _ = try evidence.proof(of: sequence, under: signed)
        }
    }

    @Test func findsDamageInAPackedSegmentWithItsLine() throws {
        let log = try NotaryTests.log()
        let journal = try Journal.open(log.configuration(segmentBytes: 8192), system: log.system)
        let custodian = Custodian(journal, Self.configuration())
        Self.waitUntil { log.segments.dropLast().allSatisfy { $0.hasSuffix(".gz") } }
        custodian.stop()
        journal.close()
        let path = try #require(log.segments.first { $0.hasSuffix(".gz") })
        let whole = log.system.bytes(of: path)
        // A flipped byte breaks the member; a well-made member with another content breaks the tree.
        for place in stride(from: 0, to: whole.count, by: 37) {
            var bytes = whole
            bytes[place] ^= 4
            let copy = MemoryLog(log.system.crashed())
            copy.system.setBytes(bytes, of: path)
            let result = copy.verify()
            // Bytes of the head that gunzip passes over don't change the log.
            if case .failure(let damage) = result { #expect(damage.file == path) }
            if place > Gzip.headBytes { #expect(throws: LogDamage.self) { _ = try result.get() } }
        }
        let text = String(decoding: Gunzip.all(whole), as: UTF8.self)
            .replacing(#""id":"i-1""#, with: #""id":"i-2""#)
        let copy = MemoryLog(log.system.crashed())
        copy.system.setBytes(Gzip.member(Array(text.utf8)), of: path)
        guard case .failure(let damage) = copy.verify() else {
            Issue.record("not found")
            return
        }
        #expect(damage.line > 0)
        #expect(damage.reason.contains("do not match the root"))
    }

    @Test func aPowerCutWhilePackingLosesNothing() throws {
        var random = SplitMix(state: 11)
        let log = try NotaryTests.log(batches: 12)
        let plain = log.lines()
        let contents = try #require(
            try LogContents.list(
                system: log.system, layout: LogLayout(directory: MemoryLog.folder)))
        log.system.keepMoments()
        for entry in contents.segments.dropLast() {
            try SegmentPacker(
                system: log.system, layout: LogLayout(directory: MemoryLog.folder)
            ).pack(entry, pace: { _ in })
        }
        for (moment, _) in log.system.keptMoments() {
            for _ in 0..<4 {
                let cut = MemoryLog(moment.afterPowerCut { _ in Bool.random(using: &random) })
                let report = try cut.verify().get()
                #expect(report.records == UInt64(plain.count { $0.hasPrefix(#"{"seq":"#) }))
                _ = try cut.reopen()
            }
        }
    }

    @Test func provesSealedSegmentsAgainAndSaysWhatItFinds() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(segmentBytes: 8192), system: log.system)
        try fill(journal)
        var settings = Self.configuration()
        settings.packs = false
        let custodian = Custodian(journal, settings)
        let found = NIOLockedValueBox<[LogFinding]>([])
        custodian.onFinding { finding in found.withLockedValue { $0.append(finding) } }
        Self.waitUntil { custodian.rounds > 0 }
        #expect(custodian.finding == nil)
        let path = log.segments[0]
        var bytes = log.system.bytes(of: path)
        let place = try #require(bytes.firstRange(of: Array(#""id":"i-1""#.utf8)))
        bytes[place.upperBound - 2] = UInt8(ascii: "9")
        log.system.setBytes(bytes, of: path)
        custodian.hurry()
        Self.waitUntil { custodian.finding != nil }
        custodian.stop()
        journal.close()
        #expect(custodian.finding?.code == "damaged")
        #expect(custodian.finding?.text.hasPrefix(path + ":") == true)
        #expect(found.withLockedValue { $0.count } == 1)
        #expect(log.lines().contains { $0.contains(#""action":"log.audited""#) })
        #expect(log.lines().count { $0.contains(#""action":"log.damage""#) } == 1)
    }

    @Test func removesWholeOldSegmentsAndProvesTheRest() throws {
        let log = MemoryLog()
        var configuration = log.configuration(segmentBytes: 8192)
        let now = NIOLockedValueBox<Int64>(1_795_000_000_000_000_000)
        configuration.clock = { now.withLockedValue { $0 } }
        let journal = try Journal.open(configuration, system: log.system)
        let notary = try Notary.start(journal, NotaryTests.configuration())
        try fill(journal)
        NotaryTests.waitFor(notary, size: journal.treeSize)
        let early = try #require(notary.checkpoint)
        let old = log.lines().filter { $0.hasPrefix(#"{"seq":"#) }
        now.withLockedValue { $0 += 10_000_000_000_000 }
        let lane = journal.makeLane()
        for number in 100..<110 {
            try commit(number * 3..<number * 3 + 3, in: lane, now: now.withLockedValue { $0 })
        }
        NotaryTests.waitFor(notary, size: journal.treeSize)
        var settings = Self.configuration()
        settings.retentionSeconds = 3600
        let isHeld = NIOLockedValueBox(true)
        settings.hold = { isHeld.withLockedValue { $0 ? "case-1" : nil } }
        let custodian = Custodian(journal, settings)
        Self.waitUntil { custodian.rounds > 0 }
        usleep(20_000)
        #expect(log.segments.contains { $0.contains("/00000000000000000001.") })
        isHeld.withLockedValue { $0 = false }
        Self.waitUntil { !log.segments.contains { $0.contains("/00000000000000000001.") } }
        usleep(20_000)
        custodian.stop()
        journal.close()
        notary.stop()
        #expect(custodian.finding == nil)
        let first = try #require(
            SegmentName.entry(String(log.segments[0].split(separator: "/").last ?? "")))
        #expect(first.firstSequence > 50)
        let closed = MemoryLog(log.system.crashed())
        var options = VerifyOptions()
        options.keys = notary.keys
        options.anchors = []
        let report = try LogVerifier.verify(
            directory: MemoryLog.folder, system: closed.system, options: options, liveRetries: 1
        ).get()
        #expect(report.claims[0].text.contains("were removed by retention"))
        // What is gone can still be proved by who kept the line.
        let evidence = LogEvidence(
            system: closed.system, layout: LogLayout(directory: MemoryLog.folder))
        let signed = try #require(try evidence.checkpoint())
        for sequence in 1...10 {
            let proof = try evidence.proof(of: UInt64(sequence), under: signed)
            #expect(proof.holds(forLeaf: MerkleTree.leafHash(of: Array(old[sequence - 1].utf8))))
        }
        #expect(
            try evidence.consistency(from: early.checkpoint.size, under: signed)
                .holds(from: early.checkpoint.root))
        #expect(closed.lines().contains { $0.contains(#""action":"log.pruned""#) })
        _ = try NotaryTests.log(batches: 3, closed.system)
        _ = try closed.verify().get()
        // Without the record about it, missing segments are damage.
        let forged = MemoryLog(log.system.crashed())
        for path in forged.segments {
            let text = String(
                decoding: path.hasSuffix(".gz")
                    ? Gunzip.all(forged.system.bytes(of: path)) : forged.system.bytes(of: path),
                as: UTF8.self)
            if text.contains("log.pruned") { continue }
        }
        forged.system.setBytes(nil, of: MemoryLog.folder + "/pruned")
        #expect(throws: LogDamage.self) { _ = try forged.verify().get() }
    }

    @Test func aSegmentRemovedWithAForgedDescriptionIsFound() throws {
        let log = try NotaryTests.log()
        let layout = LogLayout(directory: MemoryLog.folder)
        let contents = try #require(try LogContents.list(system: log.system, layout: layout))
        let end = contents.segments[1].firstSequence - 1
        let retention = Retention(system: log.system, layout: layout)
        let tree = try retention.tree(upTo: end, in: contents)
        try retention.remove(upTo: tree, in: contents)
        guard case .failure(let damage) = log.verify() else {
            Issue.record("not found")
            return
        }
        #expect(damage.reason.contains("the log does not say that retention removed them"))
    }
}

@Suite struct GzipTests {
    @Test func whatItPacksGunzipUnpacks() throws {
        let folder = TestFolder()
        let system = PosixFileSystem()
        try system.createFolder(folder.path)
        var random = SplitMix(state: 3)
        var all: [UInt8] = []
        var packed: [UInt8] = []
        for count in [0, 1, 100, 70_000, 524_288] {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...40, using: &random) }
            let member = try #require(Gzip.member(bytes))
            #expect(Gzip.length(ofHead: member[..<Gzip.headBytes]) == member.count)
            #expect(Gzip.content(member, bytesMax: 1 << 20) == bytes)
            all += bytes
            packed += member
        }
        try SmallFile(system: system, path: folder.path + "/a.gz").replace(with: packed)
        let file = try system.open(folder.path + "/a.gz", .read)
        defer { system.close(file) }
        let archive = try ArchiveBytes(system: system, file: file)
        #expect(archive.size == Int64(all.count))
        for _ in 0..<200 {
            let offset = Int.random(in: 0..<all.count, using: &random)
            var room = [UInt8](repeating: 0, count: 1000)
            let count = try room.withUnsafeMutableBytes {
                try archive.read(at: Int64(offset), into: $0)
            }
            #expect(count > 0)
            #expect(room[..<count] == all[offset..<offset + count])
        }
    }
}
