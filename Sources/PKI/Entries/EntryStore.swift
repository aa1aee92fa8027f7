/// Keeps registration entries and join tokens over restarts; a call that returned is on disk.
public protocol EntryStore: Sendable {
    /// Everything that is kept.
    func load() throws(EntryRefusal) -> StoredEntries
    /// Adds an entry and sets the list's index.
    func add(_ entry: RegistrationEntry, index: UInt64) throws(EntryRefusal)
    /// Removes an entry and sets the list's index.
    func remove(id: String, index: UInt64) throws(EntryRefusal)
    /// Adds a join token.
    func add(_ token: StoredJoinToken) throws(EntryRefusal)
    /// Marks a join token as used.
    func use(hash: [UInt8], nowNanoseconds: Int64) throws(EntryRefusal)
    /// Forgets the join tokens that expired before a moment.
    func forgetTokens(expiredBefore nanoseconds: Int64) throws(EntryRefusal)
}

/// What an entry store held when it was opened.
public struct StoredEntries: Sendable {
    /// The entries.
    public var entries: [RegistrationEntry]
    /// The join tokens, used ones too.
    public var tokens: [StoredJoinToken]
    /// Grows with every change of the entries.
    public var index: UInt64

    /// Makes it.
    public init(entries: [RegistrationEntry], tokens: [StoredJoinToken], index: UInt64) {
        self.entries = entries
        self.tokens = tokens
        self.index = index
    }
}

/// A join token as it is kept: by its hash, so that the store's file lets nobody in.
public struct StoredJoinToken: Hashable, Sendable {
    /// SHA-256 of the token.
    public var hash: [UInt8]
    /// The agent that it is for.
    public var agent: String
    /// Its end, nanoseconds since the Unix epoch.
    public var expiresNanoseconds: Int64
    /// When it was used.
    public var usedNanoseconds: Int64?

    /// Makes it.
    public init(
        hash: [UInt8], agent: String, expiresNanoseconds: Int64, usedNanoseconds: Int64? = nil
    ) {
        self.hash = hash
        self.agent = agent
        self.expiresNanoseconds = expiresNanoseconds
        self.usedNanoseconds = usedNanoseconds
    }
}
