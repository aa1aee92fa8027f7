internal import StrictJSON
internal import Wire

/// How a streamed answer ended.
enum StreamEnd: Equatable, Sendable {
    /// Its source came to an end, and all of it left for the client.
    case complete
    case clientGone
    /// The client took no byte for too long.
    case stalled
    /// The gateway or the connection was to end.
    case drained
    /// The policy in force no longer allows it; says which rule.
    case policy(String)
    /// The asker's credential is good no longer; says why.
    case credential(String)
    /// It was open for as long as a stream may.
    case timeUp
    /// Its source could not go on; says why.
    case failed(String)

    /// The stable code for records.
    var code: StaticString {
        switch self {
        case .complete: "complete"
        case .clientGone: "client-gone"
        case .stalled: "stalled"
        case .drained: "drained"
        case .policy: "policy"
        case .credential: "credential"
        case .timeUp: "timed-out"
        case .failed: "failed"
        }
    }

    /// The status that an answer would have had which could still have said so.
    var status: UInt16 {
        switch self {
        case .complete: 200
        case .clientGone: 499
        case .stalled: 408
        case .drained: 503
        case .policy: 403
        case .credential: 401
        case .timeUp: 504
        case .failed: 500
        }
    }

    private var explanation: String {
        switch self {
        case .complete: "the whole answer was sent"
        case .clientGone: "the client went before the end"
        case .stalled: "the client took nothing any more"
        case .drained: "the connection was to end"
        case .timeUp: "it was open for as long as a stream may"
        case .policy(let why), .credential(let why), .failed(let why): why
        }
    }

    /// What the closing record says.
    func report(bytes: Int, items: Int) -> OutcomeReport {
        var writer = JSONWriter(capacity: 96)
        writer.raw("{\"stream\":{\"end\":\"")
        writer.raw(code)
        writer.raw("\",\"bytes\":")
        writer.integer(bytes)
        writer.raw(",\"items\":")
        writer.integer(items)
        writer.raw("}}")
        var report = OutcomeReport(status: status, detail: writer.bytes)
        report.reason = "\(code): \(explanation)"
        return report
    }
}
