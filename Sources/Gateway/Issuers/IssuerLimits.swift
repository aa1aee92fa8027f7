/// When the keys of issuers are read.
enum IssuerLimits {
    /// How long after one reading of a file the next one begins.
    static let fileNanoseconds: Int64 = 10_000_000_000
}
