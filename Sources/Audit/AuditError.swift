internal import Text

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
    /// The log lacks records that were written.
    case lost(path: String, LogLoss)
    /// The log holds all that is known to have been written, so there is no loss to accept.
    case nothingLost(path: String)
    /// Another process holds the log's folder.
    case locked(path: String)
    /// A file operation failed while the log was opened or read.
    case io(operation: String, path: String, errno: Int32)
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
        case .lost: "audit_log_lost"
        case .nothingLost: "audit_log_complete"
        case .locked: "audit_log_locked"
        case .io: "audit_io"
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
        case .lost(let path, let loss):
            "the audit log in `\(path)` is not complete: \(loss.description). Put it back where it was; if it"
                + " is lost for good, `maxine audit accept-loss --reason TEXT` records that and goes on"
        case .nothingLost(let path):
            "the audit log in `\(path)` holds all that is known to have been written"
        case .locked(let path): "another process uses the audit log in `\(path)`"
        case .io(let operation, let path, let number):
            "\(operation) `\(path)` failed: \(errnoText(number))"
        case .replayFailed(let sequence, let why): "replay of record \(sequence) failed: \(why)"
        case .closed: "the audit log is closed"
        case .misconfigured(let why): "audit configuration: \(why)"
        }
    }
}
