/// Points in time as tests write them (RFC 3339 section 5.6).
enum TestTime {
    /// What tests run at when they don't say: 2026-01-01T00:00:00Z.
    static let standard: Int64? = 1_767_225_600_000_000_000
}
