/// Bounds of what is kept of SAML providers, and when their metadata is read.
enum SAMLBounds {
    /// Bytes of names that are kept of all sessions of one provider.
    static let vaultBytesMax = 16 << 20
    /// How long metadata is taken for true that does not say so itself, in seconds.
    static let cacheSecondsDefault: Int64 = 3_600
    /// The bounds of what it may say, in seconds: five minutes to a day.
    static let cacheSeconds: ClosedRange<Int64> = 300...86_400
    /// How long after asking in vain it is asked again, in seconds: while there is none, and while there is an older one.
    static let (firstRetrySeconds, retrySeconds): (Int64, Int64) = (10, 60)
    /// How often a message by a key that is not known may have it read before that is due.
    static let earlySeconds: Int64 = 60
    /// How long before the last signing certificate ends that is told, in seconds: thirty days.
    static let certificateAlarmSeconds: Int64 = 30 * 86_400
    /// The same of a file's `validUntil`, a week; what is at an address is renewed by itself, so an hour.
    static let (fileAlarmSeconds, addressAlarmSeconds): (Int64, Int64) = (7 * 86_400, 3_600)
}
