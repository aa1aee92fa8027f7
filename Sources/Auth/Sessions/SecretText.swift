internal import Crypto

/// The text of a secret that is no API key: a prefix that says what it is, 256 random bits, and a checksum of both.
///
/// As with keys, the checksum refuses typing errors and random strings without a look at the store, and lets scanners find what
/// was let out: `mx[sbd]_[0-9A-Za-z]{49}`.
public struct SecretText: Sendable {
    /// What a secret is for.
    public enum Kind: CaseIterable, Sendable {
        /// A session.
        case session
        /// The bootstrap of the first person.
        case bootstrap
        /// The code that a device keeps for itself while a person confirms its sign-on.
        case device

        var prefix: [UInt8] {
            switch self {
            case .session: SecretText.sessionPrefix
            case .bootstrap: SecretText.bootstrapPrefix
            case .device: SecretText.devicePrefix
            }
        }
    }

    private static let sessionPrefix = Array("mxs_".utf8)
    private static let bootstrapPrefix = Array("mxb_".utf8)
    private static let devicePrefix = Array("mxd_".utf8)
    private static let prefixCount = 4
    private static let secretCount = 43
    /// Characters of a whole text.
    public static let count = prefixCount + secretCount + APIKeyText.checksumCount

    /// The whole text: shown once, never kept.
    public let bytes: [UInt8]

    /// A new secret.
    public init(new kind: Kind) {
        let body = kind.prefix + APIKeyText.random(Self.secretCount)
        bytes = body + APIKeyText.checksum(of: body)
    }

    /// Reads a secret of a kind; nil unless form and checksum are right.
    public init?(parsing bytes: some RandomAccessCollection<UInt8>, _ kind: Kind) {
        guard bytes.count == Self.count, bytes.starts(with: kind.prefix), Self.hasForm(bytes) else {
            return nil
        }
        let body = bytes.dropLast(APIKeyText.checksumCount)
        let checksum = APIKeyText.checksum(of: body)
        guard bytes.suffix(APIKeyText.checksumCount).elementsEqual(checksum) else { return nil }
        self.bytes = Array(bytes)
    }

    /// Whether a text begins as secrets of a kind do, whatever follows.
    public static func hasPrefix(_ bytes: some Sequence<UInt8>, _ kind: Kind) -> Bool {
        bytes.starts(with: kind.prefix)
    }

    /// The same for all kinds.
    public static func hasPrefix(_ bytes: some Sequence<UInt8>) -> Bool {
        Kind.allCases.contains { bytes.starts(with: $0.prefix) }
    }

    /// Whether bytes begin with the form of a secret, whatever its checksum and whatever follows.
    public static func hasForm(_ bytes: some RandomAccessCollection<UInt8>) -> Bool {
        guard bytes.count >= count,
            Kind.allCases.contains(where: { bytes.starts(with: $0.prefix) })
        else { return false }
        return bytes.prefix(count).dropFirst(prefixCount).allSatisfy(APIKeyText.isDigit)
    }

    /// What is kept of it.
    var hash: SecretHash { SecretHash(of: bytes) }
}

extension SecretText: CustomStringConvertible, CustomReflectable {
    /// Nothing of the secret.
    public var description: String { "<secret>" }

    /// Nothing, so that no dump shows the secret.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// SHA-256 of a secret's whole text: what is looked up and stored in its place.
///
/// 256 random bits can't be guessed, so no slow hash is needed; and as nobody can choose a hash, how long a lookup takes tells nothing.
struct SecretHash: Hashable, Sendable {
    let bytes: [UInt8]

    init(of text: [UInt8]) { bytes = Array(SHA256.hash(data: text)) }

    /// A stored hash; nil where there are not 32 bytes.
    init?(stored bytes: [UInt8]) {
        guard bytes.count == SHA256.byteCount else { return nil }
        self.bytes = bytes
    }
}
