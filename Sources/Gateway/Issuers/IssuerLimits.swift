internal import NIOCore

/// When the keys of issuers are read, and what reading them may cost.
enum IssuerLimits {
    /// How long after one reading of a file the next one begins.
    static let fileNanoseconds: Int64 = 10_000_000_000
    /// How long after one fetch the next one begins where no token asks for it.
    static let refreshNanoseconds: Int64 = 300_000_000_000
    /// How long after one fetch the next one begins at the earliest, whatever tokens name, and after one that failed.
    static let refetchNanoseconds: Int64 = 60_000_000_000
    /// The same while an issuer's keys were never had.
    static let firstNanoseconds: Int64 = 10_000_000_000
    /// The longest wait for a connection.
    static let connectTime = TimeAmount.seconds(5)
    /// The longest wait for a whole answer.
    static let fetchTime = TimeAmount.seconds(10)
}
