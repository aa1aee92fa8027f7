import StrictJSON
import Text

/// What the intent says by which the oldest segments of a log are taken away.
public struct PruneRecord: Equatable, Sendable {
    /// The record's own place in the log.
    public let sequence: UInt64
    /// When it was written, nanoseconds since 1970.
    public let nanoseconds: Int64
    /// The first record that goes.
    public let first: UInt64
    /// The last record that goes: all up to there are gone then.
    public let last: UInt64
    /// The tree's root over all that is gone, in base64.
    public let root: String
    /// Why: `age` or `size`.
    public let why: String

    /// The action of intent and outcome.
    public static let action = "log.pruned"

    /// Reads such an intent; nil for another record.
    init?(_ record: ReplayedRecord) {
        guard record.kind == .intent, record.action.isExactly(Self.action),
            let detail = record.detail, let value = try? StrictJSON.parse(detail),
            let first = value["first"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let last = value["last"]?.integer.flatMap({ UInt64(exactly: $0) }),
            let root = value["root"]?.string, let why = value["why"]?.string
        else { return nil }
        sequence = record.sequence
        nanoseconds = record.nowNanoseconds ?? 0
        self.first = first
        self.last = last
        self.root = root
        self.why = why
    }

    /// Whether it is the record of a mark.
    func tells(_ mark: PrunedMark) -> Bool {
        sequence == mark.record && last == mark.tree.size && root == mark.tree.root.base64
    }
}

/// What of a log may go now: its oldest segments.
public struct PrunePlan: Equatable, Sendable {
    /// The records that go.
    public let records: ClosedRange<UInt64>
    /// The segments that hold them, the oldest first.
    public let segments: [String]
    /// The bytes that they take on disk.
    public let bytes: Int64
    /// The end of the log that they lead to.
    public let end: LogAnchor
    /// Why they go.
    public let why: Why

    /// Why records go.
    public enum Why: String, Sendable {
        /// They are older than records are kept.
        case age
        /// The log takes more than it may.
        case size
    }

    /// What the intent says.
    public var detail: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"first\":")
        writer.integer(records.lowerBound)
        writer.raw(",\"last\":")
        writer.integer(records.upperBound)
        writer.raw(",\"root\":")
        writer.string(end.root.base64)
        writer.raw(",\"why\":")
        writer.string(why.rawValue)
        writer.raw(",\"bytes\":")
        writer.integer(bytes)
        writer.raw(",\"segments\":")
        writer.strings(segments)
        writer.raw("}")
        return writer.bytes
    }
}

/// A plan that was recorded.
public struct PruneOrder: Sendable {
    let plan: PrunePlan
    /// The intent.
    public let record: UInt64
}

/// What of a log was taken away.
public struct GoneRecords: Equatable, Sendable {
    /// How many records, the first ones; 0 where all are there.
    public let size: UInt64
    /// The time of the last of them, nanoseconds since 1970.
    public let nanoseconds: Int64
    /// The record that says so.
    public let record: UInt64
}

/// How long records are kept; nil keeps them.
public struct RetentionRule: Equatable, Sendable {
    /// What is older goes, nanoseconds.
    public var ageNanoseconds: Int64?
    /// Of more bytes than these the oldest go.
    public var bytesMax: Int64?

    /// Names both.
    public init(ageNanoseconds: Int64? = nil, bytesMax: Int64? = nil) {
        self.ageNanoseconds = ageNanoseconds
        self.bytesMax = bytesMax
    }

    /// Whether all is kept.
    public var keepsAll: Bool { ageNanoseconds == nil && bytesMax == nil }
}
