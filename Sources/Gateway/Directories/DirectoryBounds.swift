/// The bounds of what the gateway itself does about directories.
enum DirectoryBounds {
    /// All that a directory may send for one question, beneath the bounds of its messages.
    static let answerBytesMax = 16 << 20
    /// How long a server that failed is asked after all others.
    static let failedNanoseconds: Int64 = 30_000_000_000
    /// How long a question waits for a thread.
    static let queuedNanoseconds: Int64 = 5_000_000_000
    /// How old the certificates in memory get before their files are read again.
    static let filesNanoseconds: Int64 = 60_000_000_000
}
