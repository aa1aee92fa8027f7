import Glibc

/// Checks a log offline and without changing anything; a log that is being written too.
public enum LogVerifier {
    /// Reads all segments and proves every commit line's root.
    ///
    /// What was removed from the newest end up to an earlier commit line can't be seen without an
    /// anchor. Blank lines mean nothing; anything else behind the last commit line is damage.
    ///
    /// - Parameters:
    ///   - directory: the audit folder.
    ///   - options: keys and anchors; without them the report says what was not checkable.
    /// - Returns: What the log holds and what was proved of it, or its first damage.
    public static func verify(
        directory: String, options: VerifyOptions = VerifyOptions()
    ) -> Result<VerifyReport, LogDamage> {
        verify(directory: directory, system: PosixFileSystem(), options: options)
    }

    /// Proves the bytes of a log's first segment, in memory.
    public static func verify(firstSegment bytes: [UInt8]) -> Result<VerifyReport, LogDamage> {
        var scanner = SegmentScanner(continuing: MerkleTree())
        var visitor = NoVisitor()
        let file = SegmentName.make(firstSequence: 1)
        do throws(FileFault) {
            switch try scanner.scan(HeldBytes(bytes: bytes), visitor: &visitor) {
            case .broken(let line, let reason):
                return .failure(LogDamage(file: file, line: line, reason: reason))
            case .clean:
                return .success(
                    VerifyReport(
                        records: scanner.tree.size, segments: 1,
                        bytes: scanner.committed.offset, root: scanner.tree.root))
            }
        } catch {
            return .failure(LogDamage(file: file, line: 0, reason: error.reason))
        }
    }

    package static func verify(
        directory: String, system: any FileSystem, options: VerifyOptions = VerifyOptions(),
        liveRetries: Int = Limits.liveRetriesMax
    ) -> Result<VerifyReport, LogDamage> {
        let layout = LogLayout(directory: directory)
        do throws(AuditError) {
            // Before anything is read: a live log only grows past it.
            let check = ClaimCheck(
                layout: layout, options: options,
                checkpoint: try LogEvidence.checkpoint(in: layout.checkpoint, system))
            let start = try PrunedLog.read(system: system, layout: layout)?.tree
            var run = VerifierRun(
                system: system, layout: layout, check: check, start: start ?? MerkleTree(),
                liveRetries: liveRetries)
            return run.verify()
        } catch {
            return .failure(LogDamage(error, file: layout.directory))
        }
    }
}

/// One verification, which can look again at the end of a live log.
struct VerifierRun {
    private let system: any FileSystem
    private let layout: LogLayout
    private let check: ClaimCheck
    private let start: UInt64
    private var scanner: SegmentScanner
    private var segmentsDone = 0
    private var bytesDone: Int64 = 0
    private let liveRetries: Int
    private var patience: Int
    private var rounds = 0

    init(
        system: any FileSystem, layout: LogLayout, check: ClaimCheck, start: MerkleTree,
        liveRetries: Int
    ) {
        self.system = system
        self.layout = layout
        self.check = check
        self.start = start.size
        self.liveRetries = liveRetries
        scanner = SegmentScanner(continuing: start, trail: check.trail)
        patience = liveRetries
    }

    mutating func verify() -> Result<VerifyReport, LogDamage> {
        while true {
            let before = scanner.tree.size
            do throws(LogDamage) {
                if let report = try pass() { return .success(report) }
            } catch {
                if scanner.tree.size > before { patience = liveRetries }
                patience -= 1
                rounds += 1
                if patience <= 0 || rounds > Limits.liveRoundsMax { return .failure(error) }
                usleep(Limits.liveRetryMicroseconds)
            }
        }
    }

    /// Goes on from the last good commit line to the end; nil if a new segment came meanwhile.
    private mutating func pass() throws(LogDamage) -> VerifyReport? {
        let contents = try contents()
        let segments = contents.segments
        while segmentsDone < segments.count {
            let isLast = segmentsDone == segments.count - 1
            try checkPlace(segments[segmentsDone])
            try scan(segments[segmentsDone], isLast: isLast)
            if isLast { break }
            bytesDone += scanner.committed.offset
            segmentsDone += 1
            scanner = SegmentScanner(continuing: scanner.tree, trail: scanner.trail)
        }
        if try self.contents().names != contents.names { return nil }
        var report = VerifyReport(
            records: scanner.tree.size, segments: segments.count,
            bytes: bytesDone + scanner.committed.offset, root: scanner.tree.root)
        let end = LogPlace(
            file: layout.segment(segments.last?.name ?? ""), line: scanner.committed.linesBefore)
        report.claims = try check.claims(scanner.tree, scanner.trail, start: start, end: end)
        return report
    }

    private func contents() throws(LogDamage) -> LogContents {
        do throws(AuditError) {
            if let contents = try LogContents.list(system: system, layout: layout) {
                if let name = contents.unknown {
                    throw AuditError.damaged(
                        file: layout.segment(name), line: 0,
                        why: "no segment of a log has this name")
                }
                if !contents.segments.isEmpty { return contents }
            }
        } catch {
            throw LogDamage(error, file: layout.segments)
        }
        throw LogDamage(file: layout.segments, line: 0, reason: "there is no log")
    }

    private func checkPlace(_ segment: SegmentEntry) throws(LogDamage) {
        if segment.firstSequence != scanner.firstSequence {
            throw LogDamage(
                file: layout.segment(segment.name), line: 1,
                reason: "the log continues with record \(scanner.firstSequence), "
                    + "this segment does not")
        }
    }

    private mutating func scan(_ segment: SegmentEntry, isLast: Bool) throws(LogDamage) {
        let path = layout.segment(segment.name)
        let end: ScanEnd
        do throws(FileFault) {
            var visitor = NoVisitor()
            end = try scanner.scan(
                try SegmentFile(segment, system: system, layout: layout), visitor: &visitor)
        } catch {
            let damage = LogDamage(file: path, line: 0, reason: error.reason)
            // Of a live log the file may just have been compressed.
            throw error.errno == PosixFileSystem.noFile ? damage : unrepeatable(damage, isLast)
        }
        switch end {
        case .broken(let line, let reason):
            throw unrepeatable(LogDamage(file: path, line: line, reason: reason), isLast)
        case .clean:
            if scanner.lastCommit == nil {
                let damage = LogDamage(
                    file: path, line: 1, reason: "the segment has no records")
                throw unrepeatable(damage, isLast)
            }
        }
    }

    /// Only the last segment of a log changes, so damage elsewhere is final.
    private mutating func unrepeatable(_ damage: LogDamage, _ isLast: Bool) -> LogDamage {
        if !isLast { rounds = Limits.liveRoundsMax }
        return damage
    }
}

extension LogDamage {
    init(_ error: AuditError, file: String) {
        switch error {
        case .damaged(let file, let line, let why):
            self.init(file: file, line: line, reason: why)
        case .evidence(let file, let why): self.init(file: file, line: 1, reason: why)
        default: self.init(file: file, line: 0, reason: error.description)
        }
    }
}
