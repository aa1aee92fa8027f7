/// Bounds of what the gateway shows of itself.
enum TrustLimits {
    /// The longest file of a certificate or key.
    static let certificateFileBytesMax = 64 << 10
    /// The last second whose nanoseconds can be told.
    static let lastSecond: Int64 = .max / 1_000_000_000
    /// The least time between two log lines about certificates that we did not issue, in nanoseconds.
    static let alarmNanoseconds: Int64 = 10_000_000_000
}
