/// Collects what a verification tells besides damage: accepted losses, the ends that it is held against, and how the log ends.
struct EndVisitor: ScanVisitor {
    private let sizes: Set<UInt64>
    private(set) var losses: [AcceptedLoss] = []
    private(set) var ends: [UInt64: KnownEnd] = [:]
    private(set) var last: LastRecord?
    /// The records that say that segments go.
    private(set) var prunings: [PruneRecord] = []
    private var pending: [AcceptedLoss] = []
    private var pendingPruning: PruneRecord?
    private var pendingLast: LastRecord.Kind?

    /// An end that the log has or had.
    struct KnownEnd {
        let root: TreeHash
        let nanoseconds: Int64
    }

    init(sizes: Set<UInt64>) { self.sizes = sizes }

    mutating func record(_ line: UnsafeRawBufferPointer, sequence: UInt64, body: Int) {
        var cursor = JSONCursor(line, at: body)
        guard cursor.take(#""type":"system","action":"log."#) else {
            pendingLast = .other
            if cursor.take(#""type":"intent","action":"log.pruned""#) {
                pendingPruning =
                    PruneRecord(ReplayedRecord(sequence: sequence, line: Array(line)))
            }
            return
        }
        pendingLast = cursor.take(#"stopped""#) ? .stopped : .other
        guard cursor.take(#"loss""#),
            let loss = AcceptedLoss(ReplayedRecord(sequence: sequence, line: Array(line)))
        else { return }
        pending.append(loss)
    }

    mutating func commit(_ line: CommitLine, time: Int64) {
        losses += pending
        if let pendingPruning { prunings.append(pendingPruning) }
        pendingPruning = nil
        pending = []
        if let pendingLast { last = LastRecord(kind: pendingLast, nanoseconds: time) }
        if sizes.contains(line.size) {
            ends[line.size] = KnownEnd(root: line.root, nanoseconds: time)
        }
    }

    mutating func forget() {
        pending = []
        pendingPruning = nil
        pendingLast = nil
    }
}

/// How a log ends.
public struct LastRecord: Equatable, Sendable {
    /// What the last record is.
    public enum Kind: Sendable {
        /// The log was closed in order.
        case stopped
        /// It is being written, or its process was ended.
        case other
    }

    /// What it is.
    public let kind: Kind
    /// Its time, nanoseconds since 1970.
    public let nanoseconds: Int64
}
