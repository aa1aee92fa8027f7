/// Every bound on our own tokens and the keys that sign them.
package enum SigningLimits {
    /// The largest file of keys.
    static let fileBytesMax = 64 * 1024
    /// Keys that sign no more and are still published; while there are so many, none is exchanged.
    package static let retiredMax = 6
    /// The longest life of a token, in seconds: so long a key is published after it has signed its last one.
    package static let lifeSecondsMax = 3_600
    /// How much longer it is published, in nanoseconds: while a change is recorded and written, the key goes on signing.
    static let marginNanoseconds: Int64 = 300_000_000_000
    /// How long others may keep our keys, in seconds.
    package static let cacheSeconds = 300
    /// How long a key is published before it signs at least, in nanoseconds: three times as long as others may keep what they read.
    package static let leadNanoseconds: Int64 = 900_000_000_000
    /// Bytes of randomness in a token's name.
    static let tokenIDBytes = 16
    /// The longest audience that may be asked for.
    package static let audienceBytesMax = 512
}
