/// Bounds of how the log's keys and signed ends are kept.
enum CheckpointLimits {
    /// The longest file of the log's keys.
    static let keysBytesMax = 16 << 10
    /// The most keys that signed before and are remembered.
    static let retiredKeysMax = 64
    /// The longest checkpoint.
    static let checkpointBytesMax = 64 << 10
}
