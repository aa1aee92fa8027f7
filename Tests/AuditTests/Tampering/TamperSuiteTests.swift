import Audit
import Support
import Testing

/// A log is changed by somebody who has the disk, at random places: each change is named where it is; and what only an anchor can show
/// is shown by it, and claimed by nobody without it.
///
/// With `ForgerySuiteTests` a thousand attacks: a tenth of them in `make test`, all of them by `make tamper`.
@Suite struct TamperSuiteTests {
    /// What is changed in the segments is named with file and line: by the verifier, and by a start.
    @Test func everyChangeOfASegmentIsNamedWhereItIs() async throws {
        var (logs, random) = try await WholeLog.several(for: "TamperSuiteTests")
        var runs = 0
        while runs < Repetitions.attacks(600) {
            let kind = Tampering.allCases[runs % Tampering.allCases.count]
            let drawn = Int.random(in: logs.indices, using: &random)
            let good = logs[drawn]
            let log = good.copy()
            let other = logs[(drawn + 1) % logs.count].log.log
            guard let place = try kind.change(log.log, other: other, &random) else { continue }
            runs += 1
            expect(log, kind, place, "run \(runs)")
            try expectRefused(log, good, kind, place, "run \(runs)")
            try expectFoundInTime(log, good, place, "run \(runs) \(kind)")
        }
    }

    private func expect(
        _ log: SealedLog, _ kind: Tampering, _ place: Tampering.Place, _ run: String
    ) {
        guard case .failure(let damage) = log.log.verify() else {
            Issue.record("\(run) \(kind): nothing was found, due in \(place)")
            return
        }
        #expect(damage.file == place.file, "\(run) \(kind): \(damage), due in \(place)")
        #expect(place.lines.contains(damage.line), "\(run) \(kind): \(damage), due in \(place)")
        #expect(!damage.isUnread)
    }

    /// A start that knows an end refuses, by seals or without, and touches nothing.
    private func expectRefused(
        _ log: SealedLog, _ good: WholeLog, _ kind: Tampering, _ place: Tampering.Place,
        _ run: String
    ) throws {
        if kind.isBesideTheLog {
            let seen = try WholeLog.seen(log, known: good.told.last)
            #expect(try seen == WholeLog.seen(good.copy(), known: good.told.last), "\(run)")
        }
        for seals in kind.isBesideTheLog ? [false] : [true, false] {
            let copy = SealedLog(log.log.system.crashed())
            do {
                try WholeLog.open(copy, known: good.told.last, seals: seals).close()
                // What is behind the last end that was told may have been torn by a crash; the log says what was cut off.
                #expect(place.file == log.log.segments.last, "\(run) \(kind): it was opened")
                let told = copy.log.lines().filter { $0.contains("log.recovered") }
                #expect(told.count == 1, "\(run) \(kind): it was opened, seals: \(seals)")
            } catch AuditError.damaged(let file, let line, _) {
                #expect(file == place.file, "\(run) \(kind)")
                #expect(place.lines.contains(line), "\(run) \(kind): \(line), due in \(place)")
                #expect(copy.log.lines() == log.log.lines(), "\(run) \(kind): it was changed")
            } catch AuditError.lost {
                #expect(place.file == log.log.segments.last, "\(run) \(kind)")
            }
        }
    }

    /// Bytes that were changed and given their old time again: a start sees what was written, and the log is stopped when it is read.
    private func expectFoundInTime(
        _ log: SealedLog, _ good: WholeLog, _ place: Tampering.Place, _ run: String
    ) throws {
        let copy = good.copy()
        let same = copy.log.segments.allSatisfy { path in
            log.log.system.bytes(of: path).count == copy.log.system.bytes(of: path).count
        }
        let last = try #require(copy.log.segments.last)
        let isInLast = log.log.system.bytes(of: last) != copy.log.system.bytes(of: last)
        guard same, !isInLast, copy.log.segments == log.log.segments else { return }
        for path in copy.log.segments {
            let bytes = log.log.system.bytes(of: path)
            copy.log.system.changeUnseen(path) { $0 = bytes }
        }
        let known = good.told.last
        let seen = try? WholeLog.seen(copy, known: known)
        if let seen {
            #expect(try seen == WholeLog.seen(good.copy(), known: known), "\(run)")
        }
        guard let journal = try? WholeLog.open(copy, known: known) else { return }
        let audit = try #require(journal.selfAudit)
        var found: String?
        for _ in 0..<60 where found == nil {
            if case .damaged(let why) = audit.step(pace: { _ in true }) { found = why }
        }
        let why = try #require(found, "\(run): it was not found")
        // Whole batches that are right by themselves: what is known of the segment tells, not one of its lines.
        let isWhole = why.contains("it holds other records than were written")
        let changed = copy.log.segments.filter {
            copy.log.system.bytes(of: $0) != good.log.log.system.bytes(of: $0)
        }
        let files = isWhole ? changed : [place.file]
        #expect(files.contains { why.contains(Self.segment($0)) }, "\(run): \(why)")
        let named = why.split(separator: "line ").dropFirst().first?.prefix { $0.isNumber }
        let line = named.flatMap { Int($0) } ?? 0
        #expect(isWhole || place.lines.contains(line), "\(run): \(why), due in \(place)")
        #expect(journal.state != .open, "\(run)")
        journal.close()
    }

    /// What a segment is called, whatever its form.
    private static func segment(_ path: String) -> Substring {
        (path.hasSuffix(".gz") ? path.dropLast(3) : path[...]).suffix(26)
    }

    /// The newest part is cut off, or written anew: an anchor finds it, and without one nothing is claimed of it.
    @Test func whatIsCutOrWrittenAnewAtTheEndIsFoundByAnchorsAlone() async throws {
        var (logs, random) = try await WholeLog.several(for: "TamperSuiteTests")
        var (cut, anew) = (0, 0)
        while cut + anew < Repetitions.attacks(200) {
            let good = try #require(logs.randomElement(using: &random))
            let log = good.copy()
            var lines = LogLines(log.log)
            let segment = Int.random(in: 0..<lines.paths.count, using: &random)
            let batch = try #require(lines.batches(of: segment).randomElement(using: &random))
            if cut <= anew {
                let left = lines.tree(before: batch.upperBound, of: segment).size
                guard left < good.told.last?.end.size ?? 0 else { continue }
                for path in lines.paths[(segment + 1)...] { log.log.system.setBytes(nil, of: path) }
                lines.segments[segment].removeSubrange(batch.upperBound...)
                try lines.put(segment, into: log.log)
                cut += 1
                try expectCut(log, good, left, (lines.paths[segment], batch.upperBound))
            } else {
                let line = Int.random(in: batch.dropLast(), using: &random)
                guard line > 0 else { continue }
                let before = lines.tree(before: line, of: segment).size
                guard before < good.told.last?.end.size ?? 0 else { continue }
                lines.segments[segment][line] = LogLines.edited(
                    lines.segments[segment][line], &random)
                lines.reseal(from: batch.lowerBound, of: segment)
                for index in segment..<lines.paths.count {
                    try lines.put(index, into: log.log)
                }
                anew += 1
                try expectAnew(log, good, before)
            }
        }
        #expect(cut > 0 && anew > 0)
    }

    private func verify(_ log: SealedLog, _ ends: [Checkpoint]) -> Result<VerifyReport, LogDamage> {
        LogVerifier.verify(
            directory: MemoryLog.folder, against: ends.map(\.end), system: log.log.system,
            liveRetries: 1)
    }

    private func expectCut(
        _ log: SealedLog, _ good: WholeLog, _ left: UInt64, _ end: (file: String, line: Int)
    ) throws {
        let blind = try verify(log, []).get()
        #expect(blind.records == left && blind.provedNanoseconds.isEmpty)
        for told in good.told {
            if told.end.size <= left {
                #expect(try verify(log, [told]).get().provedNanoseconds.count == 1)
                // The attacker's best: the older checkpoint is put in place, too.
                let copy = SealedLog(log.log.system.crashed())
                try WholeLog.open(copy, known: told).close()
                continue
            }
            guard case .failure(let damage) = verify(log, [told]) else {
                Issue.record("\(told.end.size) records were signed, \(left) are there")
                continue
            }
            #expect(damage.file == end.file && damage.line == end.line, "\(damage)")
            #expect(damage.reason.contains("\(told.end.size - left) were cut off"), "\(damage)")
            try expectLost(log, told, .shorter)
        }
    }

    private func expectAnew(_ log: SealedLog, _ good: WholeLog, _ before: UInt64) throws {
        let blind = try verify(log, []).get()
        #expect(blind.provedNanoseconds.isEmpty)
        for told in good.told {
            if told.end.size <= before {
                #expect(try verify(log, [told]).get().provedNanoseconds.count == 1)
                continue
            }
            guard case .failure(let damage) = verify(log, [told]) else {
                Issue.record("another history was taken for the one that was signed")
                continue
            }
            #expect(damage.reason.contains("are not those that were signed"), "\(damage)")
            try expectLost(log, told, .other)
        }
    }

    private func expectLost(_ log: SealedLog, _ told: Checkpoint, _ kind: LogLoss.Kind) throws {
        for seals in [true, false] {
            let copy = SealedLog(log.log.system.crashed())
            do {
                try WholeLog.open(copy, known: told, seals: seals).close()
                Issue.record("it was opened, seals: \(seals)")
            } catch AuditError.lost(_, let loss) {
                #expect(loss.kind == kind)
            }
        }
    }
}
