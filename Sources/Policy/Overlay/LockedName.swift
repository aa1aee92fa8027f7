internal import Text

/// A user's name that is locked, in 16 bytes: enough to know them again when they come, and not to tell who they are.
///
/// Spellings that a lock takes for one are one here. Who can guess the name can check the guess, as long as the bytes are there.
public struct LockedName: Hashable, Sendable {
    private let digest: PrincipalDigest

    /// The digest of a user's name, whole or without its provider.
    public init(_ name: String) {
        digest = PrincipalDigest(kind: "locked user", id: FoldedName(name).text)
    }

    /// Reads the bytes that ``bytes`` gave; nil where there are not 16.
    public init?(bytes: [UInt8]) {
        guard let digest = PrincipalDigest(bytes: bytes) else { return nil }
        self.digest = digest
    }

    /// The 16 bytes.
    public var bytes: [UInt8] { digest.bytes }
}
