internal import Crypto
package import StrictJSON

/// A public key that our tokens verify by, named by its thumbprint (RFC 7638).
public struct PublishedKey: Sendable, Equatable {
    /// The key's name (`kid`).
    public let keyID: String
    /// The point's coordinates on P-256, 32 bytes each, base64url.
    let x: String
    let y: String

    init(_ key: P256.Signing.PublicKey) {
        let point = Array(key.x963Representation.dropFirst())
        self.init(x: Base64URL.encode(point.prefix(32)), y: Base64URL.encode(point.suffix(32)))
    }

    init(x: String, y: String) {
        self.x = x
        self.y = y
        // RFC 7638 section 3: the members that are needed, in the order of their names.
        let members = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"\(x)\",\"y\":\"\(y)\"}"
        keyID = Base64URL.encode(Array(SHA256.hash(data: Array(members.utf8))))
    }

    /// Writes it as a JSON Web Key (RFC 7517) for a use: `sig`, or `jwt-svid` in a bundle of SPIFFE.
    package func write(use: StaticString, to writer: inout JSONWriter) {
        writer.raw("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":")
        writer.string(x)
        writer.raw(",\"y\":")
        writer.string(y)
        writer.raw(",\"kid\":")
        writer.string(keyID)
        writer.raw(",\"use\":\"")
        writer.raw(use)
        writer.raw("\",\"alg\":\"ES256\"}")
    }
}

extension [PublishedKey] {
    /// Writes a set of them (RFC 7517 section 5).
    package func writeSet(to writer: inout JSONWriter) {
        writer.raw("{\"keys\":[")
        for (index, key) in enumerated() {
            if index > 0 { writer.raw(",") }
            key.write(use: "sig", to: &writer)
        }
        writer.raw("]}")
    }
}
