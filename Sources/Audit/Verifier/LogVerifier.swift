import Glibc

/// Checks a log offline and without changing anything; a log that is being written too.
public enum LogVerifier {
    /// Reads all segments and proves every commit line's root.
    ///
    /// What was removed from the newest end up to an earlier commit line can't be seen without an
    /// anchor. Blank lines mean nothing; anything else behind the last commit line is damage.
    ///
    /// - Parameters:
    ///   - directory: The audit folder.
    ///   - ends: Ends that the log is known to have had, from checkpoints that were verified; what lacks one of them is damaged.
    ///   - keys: The log's keys, by which it is believed that its oldest segments were taken away; without any that is only told.
    /// - Returns: What the log holds, or its first damage.
    public static func verify(
        directory: String, against ends: [LogAnchor] = [], by keys: [VerifierKey] = []
    ) -> Result<VerifyReport, LogDamage> {
        verify(directory: directory, against: ends, by: keys, system: PosixFileSystem())
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
        directory: String, against ends: [LogAnchor] = [], by keys: [VerifierKey] = [],
        system: any FileSystem,
        liveRetries: Int = Limits.liveRetriesMax
    ) -> Result<VerifyReport, LogDamage> {
        let layout = LogLayout(directory: directory)
        var run = VerifierRun(
            system: system, layout: layout, ends: ends, keys: keys, liveRetries: liveRetries)
        return run.verify()
    }
}

/// One verification, which can look again at the end of a live log.
struct VerifierRun {
    private let system: any FileSystem
    let layout: LogLayout
    private var scanner = SegmentScanner(continuing: MerkleTree())
    private var bytesDone: Int64 = 0
    private(set) var visitor: EndVisitor
    let ends: [LogAnchor]
    let keys: [VerifierKey]
    /// Up to where segments were taken away.
    private(set) var mark: PrunedMark?
    private let liveRetries: Int
    private var patience: Int
    private var rounds = 0

    init(
        system: any FileSystem, layout: LogLayout, ends: [LogAnchor], keys: [VerifierKey],
        liveRetries: Int
    ) {
        self.ends = ends
        self.keys = keys
        visitor = EndVisitor(sizes: Set(ends.map(\.size)))
        self.system = system
        self.layout = layout
        self.liveRetries = liveRetries
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
        let (all, strangers) = try namesInFolder()
        let names = begin(all)
        for name in names where SegmentName.parse(name) ?? 0 >= scanner.firstSequence {
            let isLast = name == names.last
            try checkName(name)
            try scan(name, isLast: isLast)
            if isLast { break }
            bytesDone += scanner.committed.offset
            scanner = SegmentScanner(continuing: scanner.tree)
        }
        if try namesInFolder().segments != all { return nil }
        try check(strangers)
        let pruning = try checkPruning()
        let proved = try held(against: names, size: scanner.tree.size)
        var report = VerifyReport(
            records: scanner.tree.size, segments: names.count,
            bytes: bytesDone + scanner.committed.offset, root: scanner.tree.root,
            warnings: LogLayout.warnings(of: strangers), provedNanoseconds: proved,
            last: visitor.last, losses: visitor.losses)
        report.pruned = pruning
        report.isPruningSigned = pruning != nil && !keys.isEmpty
        return report
    }

    /// The segments to read; where the one that is due is gone, that is begun anew behind what was taken away.
    private mutating func begin(_ all: [String]) -> [String] {
        let due = SegmentName.make(firstSequence: scanner.firstSequence)
        if scanner.firstSequence == 1 || !all.contains(due),
            let found = head.mark(keys.isEmpty ? .anybody : .by(keys)), found != mark
        {
            mark = found
            scanner = SegmentScanner(continuing: found.tree)
            visitor = EndVisitor(sizes: Set(ends.map(\.size)))
            bytesDone = 0
        }
        return all.filter { SegmentName.parse($0) ?? 0 > mark?.tree.size ?? 0 }
    }

    var head: PrunedHead { PrunedHead(system: system, layout: layout) }

    var tiles: TileFolder { TileFolder(system: system, directory: layout.tiles) }

    /// The line that the log was read to.
    var line: Int { scanner.committed.linesBefore }

    private func namesInFolder() throws(LogDamage) -> (segments: [String], strangers: [String]) {
        let contents: SegmentFolder.Contents?
        do throws(FileFault) {
            contents = try folder.contents()
        } catch {
            throw LogDamage(
                file: layout.segments, line: 0, reason: error.reason, isUnread: true)
        }
        guard let contents, !contents.segments.isEmpty else {
            try check(contents?.strangers ?? [])
            throw LogDamage(
                file: layout.segments, line: 0, reason: "there is no log", isUnread: true)
        }
        return (contents.segments, contents.strangers)
    }

    var folder: SegmentFolder { SegmentFolder(system: system, layout: layout) }

    private func check(_ names: [String]) throws(LogDamage) {
        let strangers = Strangers(system: system, layout: layout, names: names)
        if let name = strangers.continuation(of: scanner.tree) {
            throw LogDamage(file: layout.segment(name), line: 1, reason: Strangers.reason)
        }
    }

    private func checkName(_ name: String) throws(LogDamage) {
        let due = scanner.firstSequence
        if SegmentName.parse(name) != due {
            throw LogDamage(
                file: folder.path(of: name), line: 1,
                reason: SegmentName.due(due))
        }
    }

    private mutating func scan(_ name: String, isLast: Bool) throws(LogDamage) {
        var path = folder.path(of: name)
        let end: ScanEnd
        do throws(FileFault) {
            let segment = try folder.open(name)
            path = segment.path
            end = try scanner.scan(segment, visitor: &visitor)
        } catch {
            throw unrepeatable(
                LogDamage(file: path, line: 0, reason: error.reason, isUnread: true), isLast)
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
        if !isLast, !damage.isUnread { rounds = Limits.liveRoundsMax }
        return damage
    }
}
