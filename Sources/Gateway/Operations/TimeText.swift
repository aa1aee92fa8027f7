internal import Foundation

/// Times as text.
enum TimeText {
    /// RFC 3339 in UTC with whole seconds, as `2026-11-23T14:36:20Z`.
    static func rfc3339(nanoseconds: Int64) -> String {
        Date(timeIntervalSince1970: Double(nanoseconds / 1_000_000_000)).formatted(.iso8601)
    }
}
