/// Collects the records of a batch and hands them on once the batch is proved.
struct ReplayVisitor: ScanVisitor {
    private let replay: (ReplayedRecord) throws -> Void
    private var pending: [ReplayedRecord] = []
    private var intents: [UInt64: ReplayedRecord] = [:]
    private(set) var failure: AuditError?
    /// The tree's roots at the sizes asked for, where a batch ended.
    private(set) var roots: [UInt64: TreeHash] = [:]
    /// The records that say that segments go.
    private(set) var prunings: [PruneRecord] = []
    private let anchoredSizes: Set<UInt64>
    /// What is kept for later starts; nil while no seal is to be made.
    private(set) var changes: SegmentChanges?

    init(_ replay: @escaping (ReplayedRecord) throws -> Void, anchoredSizes: Set<UInt64>) {
        self.replay = replay
        self.anchoredSizes = anchoredSizes
    }

    mutating func record(_ line: UnsafeRawBufferPointer, sequence: UInt64, body: Int) {
        guard Self.isOfInterest(line, body: body) else { return }
        pending.append(ReplayedRecord(sequence: sequence, line: Array(line)))
    }

    /// Whether a record is more than a read or a refusal.
    static func isOfInterest(_ line: UnsafeRawBufferPointer, body: Int) -> Bool {
        var cursor = JSONCursor(line, at: body)
        return !cursor.take(#""type":"decision""#) && !cursor.take(#""type":"aggregate""#)
    }

    mutating func commit(_ line: CommitLine, time: Int64) {
        if anchoredSizes.contains(line.size) { roots[line.size] = line.root }
        let proved = pending
        pending.removeAll(keepingCapacity: true)
        for record in proved { take(record) }
    }

    /// Begins a segment with its first record; its changes are kept or not.
    mutating func begin(_ first: UInt64, keepingChanges: Bool) {
        changes = keepingChanges ? SegmentChanges(from: first) : nil
    }

    /// Takes what a seal tells of a segment in place of the segment.
    mutating func take(_ seal: Seal, _ records: [ReplayedRecord]) {
        changes = nil
        if anchoredSizes.contains(seal.tree.size) { roots[seal.tree.size] = seal.tree.root }
        for record in records { take(record) }
    }

    private mutating func take(_ record: ReplayedRecord) {
        guard failure == nil else { return }
        note(record)
        if let pruning = PruneRecord(record) { prunings.append(pruning) }
        changes?.take(record)
        do {
            try replay(record)
        } catch {
            failure = .replayFailed(sequence: record.sequence, why: "\(error)")
        }
    }

    mutating func forget() { pending.removeAll(keepingCapacity: true) }

    /// The intents without an outcome, in the log's order.
    var openIntents: [OpenIntent] {
        intents.values.sorted { $0.sequence < $1.sequence }.map { record in
            OpenIntent(
                sequence: record.sequence, action: record.action, resource: record.resource,
                request: record.request)
        }
    }

    private mutating func note(_ record: ReplayedRecord) {
        switch record.kind {
        case .intent: intents[record.sequence] = record
        case .outcome:
            if let intent = record.intent { intents[intent] = nil }
        case .decision, .system, .aggregate, nil: break
        }
    }
}
