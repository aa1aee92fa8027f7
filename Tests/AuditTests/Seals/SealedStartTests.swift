import Audit
import Support
import Testing

/// A start reads what no seal tells of, and makes the same of the log as one that reads everything.
@Suite struct SealedStartTests {
    @Test func aStartFromSealsSeesWhatAWholeReadingSees() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for round in 0..<Repetitions.of(40) {
            let log = SealedLog()
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                try log.write(Int.random(in: 1...80, using: &random), &random, seals: true)
            }
            let first = try log.startHere()
            for stored in [0, first.size / 2, first.size] {
                let whole = try log.start(stored: stored, seals: false)
                let told = try log.start(stored: stored)
                #expect(told == whole, "seed \(seed) round \(round) stored \(stored)")
                #expect(whole.unread == 0)
            }
            let segments = log.log.segments.count
            #expect(log.seals.count >= segments - 3)
            if segments > 2 { #expect(try log.start().unread > 0) }
        }
    }

    /// Neither what a start sealed nor what it went on from waits for a seal.
    @Test func whatHasASealIsNotSealedAgainAndIsWatched() throws {
        var random = SeededGenerator(seed: 4)
        let log = SealedLog()
        try log.write(80, &random)
        for _ in 0..<2 {
            let journal = try log.open()
            #expect(journal.selfAudit?.unsealed == 0 && journal.selfAudit?.isBehind == false)
            journal.close()
        }
        let journal = try log.open()
        #expect(journal.unreadRecords > 0)
        let path = log.log.segments[0]
        var bytes = log.log.system.bytes(of: path)
        bytes[bytes.count / 2] ^= 1
        log.log.system.setBytes(bytes, of: path)
        journal.inspect()
        #expect(journal.state != .open, "it was changed, and nobody saw it")
        journal.close()
    }

    @Test func whatTheStoreDoesNotHoldIsRead() throws {
        var random = SeededGenerator(seed: 1)
        let log = SealedLog()
        try log.write(100, &random)
        _ = try log.startHere()
        let all = try log.start(stored: .max)
        let none = try log.start(stored: 0)
        #expect(none.unread < all.unread)
        #expect(none == (try log.start(stored: 0, seals: false)))
    }

    @Test func whatIsWrongWithASealOnlyMakesTheStartSlower() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        let made = SealedLog()
        try made.write(120, &random)
        _ = try made.startHere()
        let good = try made.start()
        let files = made.files
        #expect(files.contains { $0.hasSuffix(".changes") })
        for file in files {
            let bytes = made.log.system.bytes(of: file)
            for harm in Harm.allCases {
                let log = SealedLog(made.log.system.crashed())
                log.log.system.setBytes(harm.done(to: bytes, &random), of: file)
                let seen = try log.startHere()
                #expect(seen == good, "seed \(seed) \(file) \(harm)")
                #expect(seen.unread < good.unread, "seed \(seed) \(file) \(harm): was believed")
                // It was mended.
                #expect(try log.start().unread >= good.unread, "seed \(seed) \(file) \(harm)")
            }
        }
    }

    enum Harm: CaseIterable {
        case removed, emptied, cut, bent, grown

        func done(to bytes: [UInt8], _ random: inout SeededGenerator) -> [UInt8]? {
            var bytes = bytes
            switch self {
            case .removed: return nil
            case .emptied: return []
            case .cut: bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
            case .bent: bytes[Int.random(in: 0..<bytes.count, using: &random)] ^= 1
            case .grown: bytes += Array("x\n".utf8)
            }
            return bytes
        }
    }

    @Test func sealsOfAnotherKeyAreNotBelieved() throws {
        var random = SeededGenerator(seed: 2)
        let log = SealedLog()
        try log.write(100, &random)
        let other = try #require(LogKey(newFor: "maxine.local/audit"))
        _ = try log.startHere(key: other)
        #expect(try log.start().unread == 0)
        let whole = try log.start(seals: false)
        #expect(try log.startHere() == whole)
        #expect(try log.start().unread > 0)
    }

    /// The log lost its end and went on: seals that were signed before are of another history.
    @Test func aSealOfAnotherHistoryIsNotBelieved() throws {
        var random = SeededGenerator(seed: 3)
        let log = SealedLog()
        try log.write(60, &random)
        let other = SealedLog(log.log.system.crashed())
        try log.write(60, &random)
        try other.write(60, &random)
        _ = try log.startHere()
        _ = try other.startHere()
        for file in log.files {
            other.log.system.setBytes(log.log.system.bytes(of: file), of: file)
        }
        let whole = try other.start(seals: false)
        #expect(try other.startHere() == whole)
    }

    @Test func anEndInsideASealedSegmentIsLookedFor() throws {
        var random = SeededGenerator(seed: 4)
        let log = SealedLog()
        try log.write(100, &random)
        let whole = try log.startHere()
        var configuration = try log.configuration()
        for (size, root) in try ends(of: log) {
            configuration.known.anchor = LogAnchor(size: size, root: root)
            try Journal.open(configuration, system: log.log.system.crashed()).close()
            configuration.known.anchor = LogAnchor(size: size, root: whole.root)
            #expect(throws: AuditError.self, "at \(size)") {
                try Journal.open(configuration, system: log.log.system.crashed()).close()
            }
        }
    }

    /// The ends of all batches before the last one.
    private func ends(of log: SealedLog) throws -> [(UInt64, TreeHash)] {
        let lines = log.log.lines().dropLast().filter { $0.hasPrefix(#"{"type":"commit""#) }
        return try lines.dropLast(2).map { line in
            let size = try #require(line.split(separator: ":")[2].split(separator: ",").first)
            let root = try #require(line.split(separator: "\"").dropLast(3).last)
            return (try #require(UInt64(size)), try #require(TreeHash(base64: String(root))))
        }
    }

    @Test func aSegmentThatWasChangedSinceIsRead() throws {
        var random = SeededGenerator(seed: 5)
        let log = SealedLog()
        try log.write(100, &random)
        _ = try log.startHere()
        let path = log.log.segments[1]
        var bytes = log.log.system.bytes(of: path)
        bytes[bytes.count / 2] ^= 1
        log.log.system.setBytes(bytes, of: path)
        #expect {
            _ = try log.startHere()
        } throws: { error in
            guard case .damaged(path, _, _) = error as? AuditError else { return false }
            return true
        }
    }

    @Test func aSegmentThatIsGoneStopsTheStart() throws {
        var random = SeededGenerator(seed: 9)
        let made = SealedLog()
        try made.write(100, &random)
        _ = try made.startHere()
        let last = made.log.segments.count - 1
        for index in made.log.segments.indices where index != last {
            let log = SealedLog(made.log.system.crashed())
            log.log.system.setBytes(nil, of: log.log.segments[index])
            #expect {
                _ = try log.startHere()
            } throws: { error in
                guard case .damaged = error as? AuditError else { return false }
                return true
            }
        }
    }

    @Test func aCopyWithANewTimeIsReadOnce() throws {
        var random = SeededGenerator(seed: 10)
        let log = SealedLog()
        try log.write(100, &random)
        _ = try log.startHere()
        let good = try log.start()
        for path in log.log.segments.dropLast() {
            log.log.system.setBytes(log.log.system.bytes(of: path), of: path)
        }
        #expect(try log.startHere().unread == 0)
        #expect(try log.start().unread >= good.unread)
    }

    @Test func nothingIsSealedWithoutAKey() throws {
        var random = SeededGenerator(seed: 6)
        let log = SealedLog()
        try log.write(100, &random)
        #expect(log.files.isEmpty)
        _ = try log.startHere(seals: false)
        #expect(log.files.isEmpty)
    }
}
