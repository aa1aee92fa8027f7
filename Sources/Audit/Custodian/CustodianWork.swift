import Glibc
import NIOConcurrencyHelpers

/// What the custodian's thread does.
struct CustodianWork {
    private let journal: Journal
    private let configuration: CustodianConfiguration
    private let state: NIOLockedValueBox<CustodianState>
    private let signal: NotarySignal
    private let system: any FileSystem
    private let layout: LogLayout
    private let lane: JournalLane
    private var sinceAudit = Double.infinity

    init(
        _ journal: Journal, _ configuration: CustodianConfiguration,
        _ state: NIOLockedValueBox<CustodianState>, _ signal: NotarySignal
    ) {
        self.journal = journal
        self.configuration = configuration
        self.state = state
        self.signal = signal
        system = journal.core.system
        layout = LogLayout(directory: journal.core.configuration.directory)
        lane = journal.makeLane()
    }

    mutating func run() {
        // Of this thread only, on Linux: nothing here is urgent.
        _ = setpriority(Int32(PRIO_PROCESS.rawValue), 0, 19)
        while !signal.wait(seconds: configuration.intervalSeconds) {
            sinceAudit += configuration.intervalSeconds
            let isHurried = state.withLockedValue { state in
                defer { state.isHurried = false }
                return state.isHurried
            }
            do throws(AuditError) {
                try step(audits: isHurried || sinceAudit >= configuration.auditSeconds)
            } catch {
                report(LogFinding(code: "not_kept", text: error.description))
            }
        }
    }

    private var stops: Bool { state.withLockedValue { $0.stops } }

    private mutating func step(audits: Bool) throws(AuditError) {
        guard let contents = try LogContents.list(system: system, layout: layout) else { return }
        if configuration.auditSeconds > 0, audits {
            sinceAudit = 0
            guard audit(contents) else { return }
        }
        if configuration.packs {
            for entry in contents.segments.dropLast() where !stops {
                try SegmentPacker(system: system, layout: layout).pack(entry, pace: pace)
            }
        }
        try prune(contents)
        if state.withLockedValue({ $0.finding?.code }) == "not_kept" {
            state.withLockedValue { $0.finding = nil }
        }
    }

    // MARK: Proving again

    /// Proves all sealed segments; says whether it came to a good end.
    private func audit(_ contents: LogContents) -> Bool {
        var tree = contents.start
        var trail = CommitTrail()
        trail.keys =
            (try? KeyFolder(system: system, path: layout.keys).verifierKeys()) ?? []
        var bytes: Int64 = 0
        for entry in contents.segments.dropLast() {
            if stops { return false }
            var scanner = SegmentScanner(continuing: tree, trail: trail)
            let damage = scan(entry, &scanner)
            if let damage { return found(damage) }
            bytes += scanner.committed.offset
            tree = scanner.tree
            trail = scanner.trail
        }
        state.withLockedValue { $0.rounds += 1 }
        record(
            "log.audited",
            [
                ("segments", SystemRecord.number(max(0, contents.segments.count - 1))),
                ("records", SystemRecord.number(tree.size - contents.start.size)),
                ("bytes", SystemRecord.number(bytes)),
                ("root", SystemRecord.text(tree.root.base64)),
            ])
        return true
    }

    private func scan(_ entry: SegmentEntry, _ scanner: inout SegmentScanner) -> LogDamage? {
        let path = layout.segment(entry.name)
        guard entry.firstSequence == scanner.firstSequence else {
            return LogDamage(
                file: path, line: 1,
                reason: "the log continues with record \(scanner.firstSequence), "
                    + "this segment does not")
        }
        do throws(FileFault) {
            var visitor = NoVisitor()
            let source = PacedBytes(
                source: try SegmentFile(entry, system: system, layout: layout), pace: pace)
            switch try scanner.scan(source, visitor: &visitor) {
            case .clean: return nil
            case .broken(let line, let reason):
                return LogDamage(file: path, line: line, reason: reason)
            }
        } catch {
            return LogDamage(file: path, line: 0, reason: error.reason)
        }
    }

    private func found(_ damage: LogDamage) -> Bool {
        let finding = LogFinding(code: "damaged", text: damage.description)
        let isNew = state.withLockedValue { $0.finding != finding }
        if isNew {
            record("log.damage", SystemRecord.members(of: damage))
        }
        report(finding)
        return false
    }

    // MARK: Retention

    private func prune(_ contents: LogContents) throws(AuditError) {
        let retention = Retention(system: system, layout: layout)
        if let first = contents.segments.first?.firstSequence, contents.start.size > 0 {
            try retention.sweep(before: first)
        }
        guard let seconds = configuration.retentionSeconds, configuration.hold() == nil else {
            return
        }
        let cutoff = journal.core.configuration.clock() - Int64(seconds) * 1_000_000_000
        let end = try retention.end(olderThan: cutoff, in: contents)
        guard end > 0, end <= configuration.appliedSequence() else { return }
        let tree = try retention.tree(upTo: end, in: contents)
        let isRecorded = record(
            PrunedRecord.action,
            [
                ("first", SystemRecord.number(contents.start.size + 1)),
                ("size", SystemRecord.number(end)),
                ("root", SystemRecord.text(tree.root.base64)),
                ("retentionSeconds", SystemRecord.number(seconds)),
            ])
        guard isRecorded else { return }
        try retention.remove(upTo: tree, in: contents)
    }

    // MARK: Means

    @discardableResult
    private func record(_ action: String, _ members: [(String, [UInt8])]) -> Bool {
        SystemRecord.write(
            action, members, in: lane, nowNanoseconds: journal.core.configuration.clock())
    }

    private func report(_ finding: LogFinding) {
        let listeners = state.withLockedValue { state -> [Notary.Listener] in
            if state.finding == finding || state.finding?.code == "damaged" { return [] }
            state.finding = finding
            return state.listeners
        }
        for listener in listeners { listener(finding) }
    }

    /// Sleeps as long as so many bytes may take.
    private func pace(_ bytes: Int) {
        if stops { return }
        let seconds = Double(bytes) / Double(max(1, configuration.auditBytesPerSecond))
        usleep(UInt32(min(1, seconds) * 1_000_000))
    }
}

/// Reads at a bounded rate.
struct PacedBytes: ByteSource {
    let source: any ByteSource
    let pace: (Int) -> Void

    func read(
        at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        let count = try source.read(at: offset, into: bytes)
        pace(count)
        return count
    }
}

/// The log's record `log.pruned`: which records retention removed.
enum PrunedRecord {
    static let action = "log.pruned"

    /// The size up to which a line says that records were removed, 0 if it is no such record.
    static func size(in line: UnsafeRawBufferPointer, body: Int) -> UInt64 {
        var cursor = JSONCursor(line, at: body)
        guard cursor.take(#""type":"system","action":"log.pruned""#) else { return 0 }
        let bytes = Array(line)
        guard let detail = JSONMembers.range(of: "detail", in: bytes).map({ Array(bytes[$0]) }),
            let size = JSONMembers.range(of: "size", in: detail)
        else { return 0 }
        return UInt64(String(decoding: detail[size], as: UTF8.self)) ?? 0
    }
}
