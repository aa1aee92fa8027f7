import Crypto
import Foundation
@testable import PKI
import Policy
import StrictJSON
import Support

/// A trust domain with one JWT key, and tokens made by hand: right in everything but what a test changes.
struct TokenFixture {
    static let trustDomain = "maxine.test"
    static let now: Int64 = 1_795_435_200
    let key = P256.Signing.PrivateKey()
    let trust: TrustStore
    let verifier: JWTSVIDVerifier
    let keyID: String

    init(more: [JWTKey] = []) throws {
        let ca = try TestCA()
        let published = JWTKey(key.publicKey)
        keyID = published.keyID
        trust = TrustStore(bundles: [
            try TrustBundle(
                trustDomain: Self.trustDomain, derCertificates: [ca.root.der],
                jwtKeys: [published] + more)
        ])
        verifier = JWTSVIDVerifier(trust: trust)
    }

    var header: String { "{\"alg\":\"ES256\",\"kid\":\"\(keyID)\",\"typ\":\"JWT\"}" }

    func claims(
        sub: String = "\"spiffe://maxine.test/ns/default/dc/dc1/svc/web\"",
        aud: String = "[\"api\"]", exp: String = "1795435500", more: String = ""
    ) -> String {
        "{\"sub\":\(sub),\"aud\":\(aud),\"exp\":\(exp)\(more)}"
    }

    func token(
        header: String? = nil, claims: String? = nil, key other: P256.Signing.PrivateKey? = nil
    ) throws -> String {
        let input =
            Base64URL.encode((header ?? self.header).utf8) + "."
            + Base64URL.encode((claims ?? self.claims()).utf8)
        let signature = try (other ?? key).signature(for: SHA256.hash(data: Array(input.utf8)))
        return input + "." + Base64URL.encode(signature.rawRepresentation)
    }

    /// The refusal's code, or "accepted".
    func verdict(_ token: String, audience: String = "api", at seconds: Int64 = now) -> String {
        switch verifier.verify(
            token, audience: audience, nowNanoseconds: seconds * 1_000_000_000)
        {
        case .success: "accepted"
        case .failure(let refusal): refusal.code
        }
    }
}
