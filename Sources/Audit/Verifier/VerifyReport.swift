/// What a verified log holds.
public struct VerifyReport: Equatable, Sendable {
    /// The number of records.
    public var records: UInt64
    /// The number of segments.
    public var segments: Int
    /// The bytes that were read.
    public var bytes: Int64
    /// The tree's root over all records (RFC 6962 section 2.1).
    public var root: TreeHash
    /// What a person should mend about the log's folder, a line each.
    public var warnings: [String] = []

    /// The time of the last record that each end covers which the log was held against, in their order; nanoseconds since 1970.
    public var provedNanoseconds: [Int64] = []

    /// How the log ends; nil for one that was not read to its end.
    public var last: LastRecord?

    /// Losses that an operator accepted, in their order.
    public var losses: [AcceptedLoss] = []

    /// The records that were taken away, as a record of the log says; nil where all are there.
    public var pruned: PruneRecord?

    /// Whether a key of the log signed that they were; false where no keys were given.
    public var isPruningSigned = false

    /// The tree's size, which is the number of records.
    public var size: UInt64 { records }
}

/// The first damage of a log.
public struct LogDamage: Error, Equatable, Sendable, CustomStringConvertible {
    /// The file.
    public var file: String
    /// The line in the file, from 1; 0 if the damage is the file itself.
    public var line: Int
    /// What is wrong.
    public var reason: String
    /// Whether nothing is known to be wrong: the log is not there, or can't be read.
    public var isUnread = false

    /// The damage as `file:line: reason`.
    public var description: String { "\(file):\(line): \(reason)" }
}
