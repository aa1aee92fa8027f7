/// Why the journal refused, failed or could not be opened.
public enum AuditError: Error, Equatable, Sendable {
    /// The journal can't write now; nothing may be forwarded.
    case refusing(String)
    /// The lane holds, or async callers wait for, as much as may be.
    case queueFull
    /// The encoded record is longer than a line may be.
    case recordTooLarge(bytes: Int)
    /// The detail is not one JSON object on one line.
    case malformedDetail
    /// The log on disk is damaged before its last commit line.
    case damaged(file: String, line: Int, why: String)
    /// Another process holds the log's folder.
    case locked(path: String)
    /// A file operation failed while the log was opened or read.
    case io(operation: String, path: String, errno: Int32)
    /// What was asked for can't be proved, or not with what is stored.
    case noProof(String)
    /// A key, note or other file of evidence can't be used.
    case evidence(file: String, why: String)
    /// A legal hold forbids it.
    case held(String)
    /// The caller's replay of a record failed.
    case replayFailed(sequence: UInt64, why: String)
    /// The journal was closed.
    case closed
    /// The configuration asks for something impossible.
    case misconfigured(String)

    /// The stable name of the error for logs and metrics.
    public var code: String {
        switch self {
        case .refusing: "audit_unavailable"
        case .queueFull: "audit_queue_full"
        case .recordTooLarge: "audit_record_too_large"
        case .malformedDetail: "audit_malformed_detail"
        case .damaged: "audit_log_damaged"
        case .locked: "audit_log_locked"
        case .io: "audit_io"
        case .noProof: "audit_no_proof"
        case .evidence: "audit_evidence"
        case .held: "audit_legal_hold"
        case .replayFailed: "audit_replay_failed"
        case .closed: "audit_closed"
        case .misconfigured: "audit_misconfigured"
        }
    }
}

extension AuditError: CustomStringConvertible {
    /// The error in one line.
    public var description: String {
        switch self {
        case .refusing(let reason): "the audit log can't be written: \(reason)"
        case .queueFull: "the audit queue is full"
        case .recordTooLarge(let bytes): "the audit record has \(bytes) bytes, too many"
        case .malformedDetail: "the audit record's detail is not one JSON object"
        case .damaged(let file, let line, let why): "\(file):\(line): \(why)"
        case .locked(let path): "another process uses the audit log in `\(path)`"
        case .io(let operation, let path, let number):
            "\(operation) `\(path)` failed: \(errnoText(number))"
        case .noProof(let why): "no proof: \(why)"
        case .evidence(let file, let why): "\(file): \(why)"
        case .held(let reason): "a legal hold forbids it: \(reason)"
        case .replayFailed(let sequence, let why): "replay of record \(sequence) failed: \(why)"
        case .closed: "the audit log is closed"
        case .misconfigured(let why): "audit configuration: \(why)"
        }
    }
}
