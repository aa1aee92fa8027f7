import Audit
import StrictJSON

/// A record with all that it says: one in brief says the rest by naming an earlier record of its segment.
struct WholeRecord {
    let record: JSONValue
    private let other: JSONValue?

    subscript(member: String) -> JSONValue? { record[member] ?? other?[member] }

    init(_ record: JSONValue, _ known: inout NamedRecords) {
        self.record = record
        other = record["as"]?.integer.flatMap { known.record(UInt64(clamping: $0)) }
    }
}

/// The records of a log that others name.
struct NamedRecords {
    private let directory: String
    private var known: [UInt64: JSONValue] = [:]
    /// How many are kept.
    private static let countMax = 4096

    init(directory: String) { self.directory = directory }

    /// The record at a place; nil where it can't be read.
    mutating func record(_ sequence: UInt64) -> JSONValue? {
        if let record = known[sequence] { return record }
        var tail = LogTail(directory: directory, from: sequence)
        guard let line = try? tail.next().first, line.sequence == sequence,
            let record = try? StrictJSON.parse(line.line)
        else { return nil }
        if known.count >= Self.countMax { known.removeAll() }
        known[sequence] = record
        return record
    }
}
