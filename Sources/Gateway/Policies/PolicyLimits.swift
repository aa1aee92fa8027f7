/// Sizes and times of what is kept of policies.
enum PolicyLimits {
    /// The most characters of a policy's errors that a record keeps.
    static let reasonCharactersMax = 2000
    /// How long a file that is written in place must not have changed before it is read.
    static let quietNanoseconds: Int64 = 2_000_000_000
    /// How often a start tries to read the files before it says that they never keep still.
    static let startReadsMax = 10
    /// How long a start waits between them.
    static let startReadPause = Duration.milliseconds(200)
    /// How many bytes of the kernel's notices are read at once.
    static let noticeBytes = 16 << 10
    /// How many such reads one look makes.
    static let noticeReadsMax = 64
    /// How many names that were moved into place are kept until the files are read.
    static let noticedNamesMax = 1024
}
