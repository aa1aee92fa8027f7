/// What keeps an agent from starting or from getting what it needs.
public enum AgentError: Error, Equatable, Sendable {
    /// A setting can't be used.
    case misconfigured(String)
    /// The socket's place is not safe, or taken.
    case socket(String)
    /// The agent's own files are damaged or can't be written.
    case files(String)
    /// The gateway does not answer.
    case unreachable(String)
    /// The gateway refused what was asked.
    case refused(status: Int, String)
    /// The gateway's answer is not what it should be.
    case badAnswer(String)
    /// The agent has no identity and nothing to get one with.
    case notJoined(String)

    /// A stable word for logs.
    public var code: String {
        switch self {
        case .misconfigured: "misconfigured"
        case .socket: "socket"
        case .files: "files"
        case .unreachable: "gateway_unreachable"
        case .refused: "gateway_refused"
        case .badAnswer: "gateway_bad_answer"
        case .notJoined: "not_joined"
        }
    }
}

extension AgentError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .misconfigured(let detail), .socket(let detail), .files(let detail),
            .notJoined(let detail):
            detail
        case .unreachable(let detail): "the gateway does not answer: \(detail)"
        case .refused(let status, let detail): "the gateway answered \(status): \(detail)"
        case .badAnswer(let detail): "the gateway's answer is not usable: \(detail)"
        }
    }
}
