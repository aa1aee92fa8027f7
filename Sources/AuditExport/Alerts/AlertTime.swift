internal import Audit

/// The time of an alert in the log's form.
enum AlertTime {
    static func text(_ nanoseconds: Int64) -> String { LogTime.text(nanoseconds) }
}
