internal import Crypto

/// What binds a code to whoever asked for it (RFC 7636), always by S256.
struct ProofKey: Sendable, Equatable {
    /// What the token endpoint is shown, and nobody else.
    let verifier: String

    /// A new one of 256 random bits.
    init() { verifier = RandomText.make() }

    /// One that was made before.
    init(verifier: String) { self.verifier = verifier }

    /// What the authorization endpoint is shown (RFC 7636 section 4.2).
    var challenge: String { Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8)))) }
}

/// Texts that nobody guesses.
enum RandomText {
    /// 256 random bits in base64url.
    static func make() -> String {
        Base64URL.encode(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }
}
