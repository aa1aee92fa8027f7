import Crypto

/// A principal in 16 bytes, to count by: the first half of SHA-256 over its kind and its name.
///
/// It depends on nothing else that is known of a principal, so it is the same for every credential and every start. It hides
/// no name: who can guess one can check the guess.
public struct PrincipalDigest: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    /// The digest of a principal of a kind, as records name both.
    public init(kind: String, id: String) {
        // No kind holds a zero byte, so it keeps the two apart.
        let digest = SHA256.hash(data: Array(kind.utf8) + [0] + Array(id.utf8))
        (high, low) = PrincipalDigest.words(of: digest)
    }

    /// Reads the bytes that ``bytes`` gave; nil where there are not 16.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        (high, low) = PrincipalDigest.words(of: bytes)
    }

    /// The 16 bytes.
    public var bytes: [UInt8] {
        [high, low].flatMap { word in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
        }
    }

    private static func words(of bytes: some Sequence<UInt8>) -> (UInt64, UInt64) {
        var words: [UInt64] = [0, 0]
        for (index, byte) in bytes.prefix(16).enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        return (words[0], words[1])
    }
}
