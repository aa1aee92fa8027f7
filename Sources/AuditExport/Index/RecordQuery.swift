public import Audit

/// A question about the log, and how much of the answer is wanted.
public struct RecordQuery: Sendable, Equatable {
    /// What is asked for.
    public var filter: RecordFilter
    /// The most records of the answer; newest first.
    public var limit: Int
    /// Only records before this sequence, to go on where another answer ended.
    public var before: UInt64?

    /// Makes a query.
    public init(
        filter: RecordFilter, limit: Int = ExportLimits.queryRecordsDefault, before: UInt64? = nil
    ) {
        self.filter = filter
        self.limit = limit
        self.before = before
    }

    /// Reads flags or query parameters: those of a filter, `limit` and `before`.
    ///
    /// - Throws: ``ExportError/invalid(parameter:why:)``.
    public init(
        parameters: [(name: String, value: String)], nowNanoseconds: Int64
    ) throws(ExportError) {
        var rest: [(name: String, value: String)] = []
        var limit = ExportLimits.queryRecordsDefault
        var before: UInt64?
        for (name, value) in parameters {
            switch name {
            case "limit":
                guard let number = Int(value), (1...ExportLimits.queryRecordsMax).contains(number)
                else {
                    throw .invalid(
                        parameter: name,
                        why: "\(quoted(value)) is not a number from 1 to "
                            + "\(ExportLimits.queryRecordsMax)")
                }
                limit = number
            case "before":
                guard let number = UInt64(value), number > 0 else {
                    throw .invalid(
                        parameter: name, why: "\(quoted(value)) is not a sequence from 1")
                }
                before = number
            default: rest.append((name: name, value: value))
            }
        }
        self.init(
            filter: try RecordFilter(rest, nowNanoseconds: nowNanoseconds), limit: limit,
            before: before)
    }
}

/// Records of the log that were asked for, newest first.
public struct QueryAnswer: Sendable {
    /// One record as it stands in the log.
    public struct Found: Sendable, Equatable {
        /// The place in the log.
        public var sequence: UInt64
        /// The line, and the hash that was checked.
        public var line: [UInt8]
        /// The leaf hash of the line.
        public var leaf: LeafHash
    }

    /// The records.
    public var records: [Found]
    /// The number of records of the whole log when it was asked.
    public var size: UInt64
    /// Whether older records may fit too; ask again with `before` set to this.
    public var next: UInt64?
    /// How many records were read one by one from the log because no index covers them.
    public var scanned: UInt64
}
