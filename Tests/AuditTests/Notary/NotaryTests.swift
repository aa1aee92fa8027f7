@testable import Audit
import Glibc
import NIOConcurrencyHelpers
import Testing

@Suite struct NotaryTests {
    static let origin = "test/audit"

    static func configuration() -> NotaryConfiguration {
        var configuration = NotaryConfiguration(origin: origin)
        configuration.intervalSeconds = 0.005
        return configuration
    }

    static func waitFor(_ notary: Notary, size: UInt64) {
        for _ in 0..<2000 where (notary.checkpoint?.checkpoint.size ?? 0) < size {
            notary.hurry()
            usleep(1000)
        }
    }

    /// A closed log of several segments with checkpoints in its commit lines.
    static func log(
        batches: Int = 24, _ system: MemoryFileSystem = MemoryFileSystem()
    ) throws -> MemoryLog {
        let log = MemoryLog(system)
        let journal = try Journal.open(log.configuration(segmentBytes: 8192), system: log.system)
        let notary = try Notary.start(journal, configuration())
        let lane = journal.makeLane()
        for number in 0..<batches {
            try commit(number * 3..<number * 3 + 3, in: lane)
            if number % 6 == 5 { waitFor(notary, size: journal.treeSize) }
        }
        journal.close()
        notary.stop()
        return MemoryLog(log.system.crashed())
    }

    @Test func signsOnlyWhatIsInTheLogAndProvesEachRecord() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(segmentBytes: 8192), system: log.system)
        let notary = try Notary.start(journal, Self.configuration())
        let lane = journal.makeLane()
        var leaves: [(sequence: UInt64, leaf: LeafHash)] = []
        for number in 0..<100 { leaves += try commit(number * 4..<number * 4 + 4, in: lane) }
        Self.waitFor(notary, size: journal.treeSize)
        let signed = try #require(notary.checkpoint)
        #expect(signed.checkpoint.size == journal.treeSize)
        #expect(signed.checkpoint.root == journal.root)
        #expect(signed.checkpoint.origin == Self.origin)
        _ = try signed.note.verify(notary.keys)
        for (sequence, leaf) in leaves {
            let proof = try notary.proof(of: sequence)
            #expect(proof.index == sequence - 1)
            #expect(proof.holds(forLeaf: leaf))
            #expect(!proof.holds(forLeaf: MerkleTree.leafHash(of: [1])))
        }
        #expect(throws: AuditError.self) { _ = try notary.proof(of: 0) }
        #expect(throws: AuditError.self) { _ = try notary.proof(of: journal.treeSize + 1) }
        #expect(throws: AuditError.self) { _ = try notary.consistency(from: 0) }
        journal.close()
        notary.stop()
        #expect(notary.checkpoint?.checkpoint.size == journal.treeSize)
        #expect(notary.finding == nil)
        #expect(log.lines().contains { $0.contains(#","checkpoint":"test/audit\n"#) })
        let report = try log.verify().get()
        #expect(report.claims.map(\.name) == ["records", "checkpoint", "signature", "tail"])
        #expect(report.claims.map(\.state) == [.holds, .holds, .notChecked, .notChecked])
    }

    @Test func goesOnWithItsStoredTreeAfterARestart() throws {
        let first = try Self.log()
        let before = try #require(
            try LogEvidence(system: first.system, layout: LogLayout(directory: MemoryLog.folder))
                .checkpoint())
        let log = try Self.log(batches: 9, first.system)
        let evidence = LogEvidence(
            system: log.system, layout: LogLayout(directory: MemoryLog.folder))
        let after = try #require(try evidence.checkpoint())
        #expect(after.checkpoint.size > before.checkpoint.size)
        let proof = try evidence.consistency(from: before.checkpoint.size, under: after)
        #expect(proof.holds(from: before.checkpoint.root))
        #expect(try evidence.keys().count == 1)
        _ = try log.verify().get()
    }

    @Test func makesTheStoredTreeAgainWhenItIsLostOrWrong() throws {
        for damage in 0..<3 {
            let first = try Self.log()
            for path in first.system.paths(in: MemoryLog.folder + "/tree") {
                var bytes = first.system.bytes(of: path)
                switch damage {
                case 0: first.system.setBytes(nil, of: path)
                case 1: first.system.setBytes(Array(bytes.dropLast(bytes.count / 2)), of: path)
                default:
                    for place in bytes.indices { bytes[place] ^= 1 }
                    first.system.setBytes(bytes, of: path)
                }
            }
            let log = try Self.log(batches: 2, first.system)
            let evidence = LogEvidence(
                system: log.system, layout: LogLayout(directory: MemoryLog.folder))
            let signed = try #require(try evidence.checkpoint())
            for sequence in 1...signed.checkpoint.size {
                _ = try evidence.proof(of: sequence, under: signed)
            }
        }
    }

    @Test func refusesToProveWithStoredHashesThatDoNotFit() throws {
        let log = try Self.log()
        let path = MemoryLog.folder + "/tree/0"
        var bytes = log.system.bytes(of: path)
        bytes[40] ^= 1
        log.system.setBytes(bytes, of: path)
        let evidence = LogEvidence(
            system: log.system, layout: LogLayout(directory: MemoryLog.folder))
        let signed = try #require(try evidence.checkpoint())
        #expect(throws: AuditError.self) { _ = try evidence.proof(of: 1, under: signed) }
        #expect(throws: AuditError.self) { _ = try evidence.proof(of: 2, under: signed) }
    }

    @Test func findsWhatIsChangedBehindTheWritersBack() throws {
        let log = MemoryLog()
        let journal = try Journal.open(log.configuration(), system: log.system)
        var configuration = Self.configuration()
        configuration.intervalSeconds = 3600
        let notary = try Notary.start(journal, configuration)
        let found = NIOLockedValueBox<[LogFinding]>([])
        notary.onFinding { finding in found.withLockedValue { $0.append(finding) } }
        try commit(0..<3, in: journal.makeLane())
        let path = try #require(log.segments.last)
        var bytes = log.system.bytes(of: path)
        let place = try #require(bytes.firstRange(of: Array(#""id":"i-1""#.utf8)))
        bytes[place.upperBound - 2] = UInt8(ascii: "9")
        log.system.setBytes(bytes, of: path)
        for _ in 0..<2000 where notary.finding == nil {
            notary.hurry()
            usleep(1000)
        }
        #expect(notary.finding?.code == "damaged")
        #expect(notary.finding?.text.contains(path + ":") == true)
        let signed = notary.checkpoint?.checkpoint.size ?? 0
        #expect(signed < journal.treeSize)
        journal.close()
        notary.stop()
        #expect(!found.withLockedValue { $0 }.isEmpty)
    }

    @Test func aNewKeyIsEndorsedByTheOldAndFollowedByAVerifier() throws {
        let log = MemoryLog()
        let folder = KeyFolder(system: log.system, path: MemoryLog.folder + "/keys")
        let journal = try Journal.open(log.configuration(segmentBytes: 8192), system: log.system)
        let notary = try Notary.start(journal, Self.configuration())
        let first = try #require(notary.keys.first)
        let lane = journal.makeLane()
        for number in 0..<10 { try commit(number * 3..<number * 3 + 3, in: lane) }
        let next = try LogSigner(name: Self.origin)
        try folder.keep(next, as: folder.next)
        for _ in 0..<2000 where notary.keys.count < 2 {
            notary.hurry()
            usleep(1000)
        }
        for number in 10..<20 {
            try commit(number * 3..<number * 3 + 3, in: lane)
            if number == 15 { Self.waitFor(notary, size: journal.treeSize) }
        }
        journal.close()
        notary.stop()
        #expect(notary.keys.last == next.verifierKey)
        let last = try #require(notary.checkpoint)
        #expect(throws: NoteError.noKnownSignature) { _ = try last.note.verify([first]) }
        var options = VerifyOptions()
        options.keys = [first]
        let closed = MemoryLog(log.system.crashed())
        let report = try LogVerifier.verify(
            directory: MemoryLog.folder, system: closed.system, options: options
        ).get()
        #expect(report.claims.first { $0.name == "signature" }?.state == .holds)
        options.keys = [try LogSigner(name: Self.origin).verifierKey]
        let refused = LogVerifier.verify(
            directory: MemoryLog.folder, system: closed.system, options: options, liveRetries: 1)
        #expect(throws: LogDamage.self) { _ = try refused.get() }
    }

    @Test func aLogBehindItsSecondPathIsRefused() throws {
        let system = MemoryFileSystem()
        let log = MemoryLog(system)
        var settings = Self.configuration()
        settings.anchorFile = "/other/checkpoint"
        let journal = try Journal.open(log.configuration(), system: system)
        let notary = try Notary.start(journal, settings)
        let lane = journal.makeLane()
        try commit(0..<3, in: lane)
        let early = MemoryLog(system.crashed())
        for number in 1..<8 { try commit(number * 3..<number * 3 + 3, in: lane) }
        journal.close()
        notary.stop()
        let anchor = system.bytes(of: "/other/checkpoint")
        #expect(anchor == Array(try #require(notary.checkpoint).note.description.utf8))
        // The whole folder, its checkpoint too, is taken back to an earlier time.
        early.system.setBytes(anchor, of: "/other/checkpoint")
        let rolledBack = try Journal.open(early.configuration(), system: early.system)
        #expect {
            _ = try Notary.start(rolledBack, settings)
        } throws: { error in
            guard case .damaged(let file, _, let why) = error as? AuditError else { return false }
            return file == "/other/checkpoint" && why.contains("its anchor covers")
        }
        rolledBack.close()
    }
}
