/// Which records of the log are asked for; what is nil does not matter.
public struct RecordFilter: Equatable, Sendable {
    /// From this moment on, nanoseconds since 1970.
    public var fromNanoseconds: Int64?
    /// Before this moment.
    public var toNanoseconds: Int64?
    /// Of this identity; of a person the pseudonym.
    public var principal: String?
    /// About this service.
    public var service: String?
    /// In this namespace.
    public var namespace: String?
    /// Of this action, as `service.register`.
    public var action: String?
    /// `allow` or `deny`.
    public var decision: String?
    /// Settled by this rule.
    public var rule: String?
    /// From this address.
    public var address: String?
    /// Of this request, as its `X-Request-Id` says.
    public var request: String?

    /// All records.
    public init() {}

    /// The columns of words that it names, and what they must say.
    var words: [(column: String, text: String)] {
        let all = [
            ("principal", principal), ("service", service), ("rule", rule), ("address", address),
            ("action", action), ("namespace", namespace), ("decision", decision),
        ]
        return all.compactMap { column, text in text.map { (column, $0) } }
    }
}

/// A record that was asked for.
public struct FoundRecord: Equatable, Sendable {
    /// Its place in the log.
    public let sequence: UInt64
    /// The line as it stands in the log.
    public let line: [UInt8]
    /// The line of the record that says what this one leaves out.
    public let other: [UInt8]?
}

/// Some of the records that were asked for.
public struct RecordPage: Equatable, Sendable {
    /// In the order that was asked for.
    public var records: [FoundRecord] = []
    /// Where the next page begins; nil where this is the last.
    ///
    /// A page that ran out of time has it without being full.
    public var next: UInt64?
}
