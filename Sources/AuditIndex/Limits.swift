/// Bounds of the index.
public enum IndexLimits {
    /// How many records are taken in at once, in one transaction.
    public static let batchMax = 4096
    /// How many a page holds at most.
    public static let pageMax = 1000
    /// How many a page holds where nobody says.
    public static let pageDefault = 100
    /// How many places of the log are looked at between two looks at the time.
    static let windowRecords: Int64 = 262_144
    /// The longest line that a log may hold here, many times what its records take.
    static let lineBytesMax = 1 << 20
    /// How many words and renewals are remembered.
    static let rememberedMax = 65_536
}
