internal import Crypto

/// A key of ours that signs tokens: ES256.
struct SigningKey: Sendable {
    let key: P256.Signing.PrivateKey
    let published: PublishedKey
    /// When it was made, and published with that.
    let madeNanoseconds: Int64

    /// Makes one whose name no command line takes for an option.
    init(madeNanoseconds: Int64) {
        self.init(Self.newKey(), madeNanoseconds: madeNanoseconds)
    }

    private static func newKey() -> P256.Signing.PrivateKey {
        while true {
            let key = P256.Signing.PrivateKey()
            if !PublishedKey(key.publicKey).keyID.hasPrefix("-") { return key }
        }
    }

    init(_ key: P256.Signing.PrivateKey, madeNanoseconds: Int64) {
        self.key = key
        self.madeNanoseconds = madeNanoseconds
        published = PublishedKey(key.publicKey)
    }

    /// A compact JWS over claims (RFC 7515 section 7.1); nil where the library can't sign.
    ///
    /// The header holds what JWT-SVID section 2 allows and no more.
    func sign(type: String, claims: [UInt8]) -> [UInt8]? {
        let header = "{\"alg\":\"ES256\",\"kid\":\"\(published.keyID)\",\"typ\":\"\(type)\"}"
        let body = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(claims)
        guard let signature = try? key.signature(for: SHA256.hash(data: Array(body.utf8))) else {
            return nil
        }
        return Array((body + "." + Base64URL.encode(Array(signature.rawRepresentation))).utf8)
    }
}

/// A key that signs no more; of its private half nothing is kept.
struct RetiredKey: Sendable, Equatable {
    let published: PublishedKey
    /// Until when tokens of it may be good.
    var untilNanoseconds: Int64
}
