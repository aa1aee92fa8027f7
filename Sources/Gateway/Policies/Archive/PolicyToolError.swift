/// Why a tool that works with policies can't do what it was asked.
public enum PolicyToolError: Error, Equatable, Sendable, CustomStringConvertible {
    /// No policy with that digest is kept.
    case unknownPolicy(String)
    /// The archive or a state file can't be read or written, or is damaged.
    case archive(String)
    /// The log is damaged or can't be read.
    case log(String)
    /// There is no such record, or it holds no decision.
    case noDecision(String)
    /// The gates of a change don't let it through; each reason is a line.
    case refused([String])

    /// The stable name for logs and answers.
    public var code: String {
        switch self {
        case .unknownPolicy: "policy_unknown"
        case .archive: "policy_archive"
        case .log: "audit_log_damaged"
        case .noDecision: "no_decision"
        case .refused: "policy_refused"
        }
    }

    /// What is wrong, in lower case.
    public var description: String {
        switch self {
        case .unknownPolicy(let digest): "no one policy \(quote(digest)) is kept"
        case .archive(let reason), .log(let reason), .noDecision(let reason): reason
        case .refused(let reasons): reasons.joined(separator: "\n")
        }
    }
}
