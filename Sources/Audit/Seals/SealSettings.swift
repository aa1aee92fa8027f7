/// By which seals a journal is opened, and who makes them.
public struct SealSettings: Sendable {
    /// The keys as they are now: they change while the log runs.
    public var keys: @Sendable () -> SealKeys
    /// The changes of the catalogue up to here are stored elsewhere, and need not be done again.
    public var storedSequence: UInt64

    /// Names keys and how much is stored.
    public init(storedSequence: UInt64, keys: @escaping @Sendable () -> SealKeys) {
        self.keys = keys
        self.storedSequence = storedSequence
    }
}

/// The keys of seals.
public struct SealKeys: Sendable {
    /// Those that sign new ones; without one none are made.
    public var signing: [LogKey]
    /// Those that seals are believed by: all that the log ever had, but for those that somebody else may have.
    public var believed: [VerifierKey]

    /// Names them.
    public init(signing: [LogKey], believed: [VerifierKey]) {
        self.signing = signing
        self.believed = believed
    }
}
