/// By which seals a journal is opened, and who makes them.
public struct SealSettings: Sendable {
    /// The keys that sign new seals; without one none are made.
    public var signing: [LogKey]
    /// The keys that seals are believed by: all that the log ever had.
    public var verifying: [VerifierKey]
    /// The changes of the catalogue up to here are stored elsewhere, and need not be done again.
    public var storedSequence: UInt64

    /// Names keys and how much is stored.
    public init(signing: [LogKey], verifying: [VerifierKey], storedSequence: UInt64) {
        self.signing = signing
        self.verifying = verifying
        self.storedSequence = storedSequence
    }
}
