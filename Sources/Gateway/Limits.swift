/// Sizes of files that the gateway reads.
enum FileLimits {
    /// The longest configuration file, in bytes.
    static let configurationBytesMax = 256 << 10
}
