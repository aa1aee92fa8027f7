import Crypto

/// A private key of the log: Ed25519 (RFC 8032), with the log's name.
public struct LogKey: Sendable {
    /// What its signatures are verified by.
    public let verifier: VerifierKey
    private let key: Curve25519.Signing.PrivateKey

    /// Makes a new key; nil for a name that no log may have.
    public init?(newFor name: String) {
        self.init(name: name, key: Curve25519.Signing.PrivateKey())
    }

    /// Takes a key of 32 bytes.
    public init?(name: String, seed: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            return nil
        }
        self.init(name: name, key: key)
    }

    private init?(name: String, key: Curve25519.Signing.PrivateKey) {
        let publicKey = Array(key.publicKey.rawRepresentation)
        guard let verifier = VerifierKey(name: name, publicKey: publicKey) else { return nil }
        self.verifier = verifier
        self.key = key
    }

    /// The 32 bytes that are the secret.
    public var seed: [UInt8] { Array(key.rawRepresentation) }

    /// A signature line over a text; nil where the library can't.
    func signature(over text: [UInt8]) -> SignedNote.Signature? {
        signature(of: text).map {
            SignedNote.Signature(name: verifier.name, keyID: verifier.id, bytes: $0)
        }
    }

    /// The 64 bytes of a signature; nil where the library can't.
    func signature(of bytes: [UInt8]) -> [UInt8]? {
        (try? key.signature(for: bytes)).map(Array.init)
    }

    /// The same as it stands in a note.
    public func signatureLine(over text: [UInt8]) -> [UInt8]? { signature(over: text)?.line }
}
