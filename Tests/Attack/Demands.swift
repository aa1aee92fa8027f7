/// What is asked of the gateway under each attack.
enum Demands {
    /// The client's 99th percentile, in those of before.
    static let ratioMax = 3.0
    /// What resident memory may grow by, in MiB.
    static let memoryMebibytesMax = 64.0
    /// What the log and what is said on stderr may grow by in a minute, the client's own records included, in MiB.
    static let logMebibytesAMinuteMax = 10.0
    /// The fewest answers that a percentile is taken of.
    static let answersMin = 200
}
