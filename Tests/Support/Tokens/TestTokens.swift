package import Crypto
package import Foundation

/// Mints tokens for tests: any header and any claims, signed with a P-256 key of its own.
package struct TestTokens: Sendable {
    package let key = P256.Signing.PrivateKey()
    package let keyID: String

    package init(keyID: String = "k1") {
        self.keyID = keyID
    }

    /// The public key as a JWK, with further members behind a comma.
    package func jwk(
        more: String = #","alg":"ES256","use":"sig""#, keyID: String? = nil
    ) -> String {
        let point = key.publicKey.x963Representation.dropFirst()
        let x = Self.encode(point.prefix(32))
        let y = Self.encode(point.suffix(32))
        return #"{"kty":"EC","crv":"P-256","kid":"\#(keyID ?? self.keyID)","#
            + #""x":"\#(x)","y":"\#(y)"\#(more)}"#
    }

    /// A set of keys.
    package static func set(_ keys: String...) -> String {
        #"{"keys":["# + keys.joined(separator: ",") + "]}"
    }

    /// The usual header.
    package var header: String { #"{"alg":"ES256","kid":"\#(keyID)","typ":"at+jwt"}"# }

    /// A compact token over these texts as they stand.
    package func token(header: String? = nil, claims: String) -> String {
        let body = Self.body(header: header ?? self.header, claims: claims)
        let signature = (try? key.signature(for: Data(body.utf8)).rawRepresentation) ?? Data()
        return body + "." + Self.encode(signature)
    }

    /// What a signature is made over.
    package static func body(header: String, claims: String) -> String {
        encode(Data(header.utf8)) + "." + encode(Data(claims.utf8))
    }

    /// Claims as JSON: the values are JSON texts, nil leaves the claim out.
    package static func claims(
        _ nowSeconds: Int64, _ change: [String: String?] = [:]
    ) -> String {
        var members = [
            "iss": #""https://idp.example""#, "aud": #""maxine""#, "sub": #""alice""#,
            "exp": String(nowSeconds + 300), "iat": String(nowSeconds - 5),
        ]
        for (name, value) in change { members[name] = value }
        return "{" + members.map { #""\#($0)":\#($1)"# }.sorted().joined(separator: ",") + "}"
    }

    /// Base64url without padding.
    package static func encode(_ bytes: some DataProtocol) -> String {
        Data(bytes).base64EncodedString().replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_").replacingOccurrences(of: "=", with: "")
    }
}
