/// How sealed segments are looked after.
public struct CustodianConfiguration: Sendable {
    /// How often the folder is looked at, in seconds.
    public var intervalSeconds: Double = 60
    /// Whether sealed segments are compressed.
    public var packs = true
    /// How long records are kept, in seconds; nil keeps them for ever.
    public var retentionSeconds: Int?
    /// How often all sealed segments are proved again, in seconds; 0 never.
    public var auditSeconds: Double = 86_400
    /// The most bytes a second that are read for it.
    public var auditBytesPerSecond = 16 << 20
    /// Up to which record the rest of the program needs the log no more.
    public var appliedSequence: @Sendable () -> UInt64 = { .max }
    /// Why nothing may be removed now; nil if it may.
    public var hold: @Sendable () -> String? = { nil }

    /// Makes a configuration that compresses and proves, and removes nothing.
    public init() {}
}
