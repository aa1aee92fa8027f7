/// Bounds on reading decisions back.
enum ReplayLimits {
    /// Principals, clients and digests that one replay remembers.
    static let cachedMax = 50_000
    /// Encoded bytes of groups, claims and scopes that a record keeps of its principal.
    static let attributeBytesMax = 8 << 10
    /// Groups of changes that a report holds; later ones are counted together.
    static let groupsMax = 1_000
    /// Sequences named for a group or a reason.
    static let samplesMax = 5
    /// Policies that one replay holds compiled.
    static let policiesMax = 256
    /// How long a decision may be older than its record: the record's time is that of its batch.
    static let clockSlackNanoseconds: Int64 = 5_000_000_000
}
