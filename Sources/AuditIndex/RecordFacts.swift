internal import StrictJSON
internal import Text

/// What a record is found by.
struct RecordFacts: Equatable {
    var timeNanoseconds: Int64 = 0
    var type: String?
    var action: String?
    var decision: String?
    var status: Int64?
    /// The identity; of a person the pseudonym.
    var principal: String?
    var service: String?
    var namespace: String?
    var rule: String?
    /// The source's address; of a person the pseudonym that it is sealed under.
    var address: String?
    var request: String?
    /// The record that says what this one leaves out.
    var other: UInt64?

    /// Reads a line of the log; what it does not say is nil.
    init(line: [UInt8]) {
        guard let record = try? StrictJSON.parse(line) else { return }
        timeNanoseconds = record["time"]?.string.flatMap(CivilTime.nanoseconds(rfc3339:)) ?? 0
        type = record["type"]?.string
        action = record["action"]?.string
        decision = record["decision"]?.string
        status = record["status"]?.integer
        principal = Self.name(record["principal"]?["id"])
        service = record["resource"]?["service"]?.string
        namespace = record["resource"]?["namespace"]?.string
        rule = record["rule"]?.string
        address = Self.name(record["client"]?["ip"])
        request = record["request"]?.string
        other = record["as"]?.integer.map { UInt64(clamping: $0) }
    }

    /// A text in clear, or the pseudonym of the person whom it is sealed for.
    private static func name(_ value: JSONValue?) -> String? {
        value?.string ?? value?["pseudonym"]?.string
    }
}
