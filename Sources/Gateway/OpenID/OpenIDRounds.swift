/// When providers are asked for what they say of themselves, and bounds of what is kept.
enum OpenIDRounds {
    /// How long metadata is taken for true, in nanoseconds: an hour.
    static let metadataNanoseconds: Int64 = 3_600_000_000_000
    /// How long after asking in vain it is asked again at the earliest.
    static let retryNanoseconds: Int64 = 10_000_000_000
    /// Bytes of tokens that are kept of all sessions of one provider.
    static let vaultBytesMax = 64 << 20
}
