internal import Crypto
internal import StrictJSON

/// How we prove to be a client by a key of ours (RFC 7523 section 2.2, `private_key_jwt`): good for a minute, and once.
package enum ClientAssertion {
    /// The `client_assertion_type`.
    package static let type = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

    /// An assertion for the token endpoint; nil where the text is no P-256 key in PEM.
    package static func make(
        clientID: String, for endpoint: KeyAddress, pem: String, nowSeconds: Int64
    ) -> String? {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: pem) else { return nil }
        var writer = JSONWriter()
        writer.raw("{\"iss\":")
        writer.string(clientID)
        writer.raw(",\"sub\":")
        writer.string(clientID)
        writer.raw(",\"aud\":")
        writer.string(endpoint.text)
        writer.raw(",\"jti\":")
        writer.string(RandomText.make())
        writer.raw(",\"iat\":")
        writer.integer(nowSeconds)
        writer.raw(",\"exp\":")
        writer.integer(nowSeconds + OpenIDLimits.assertionSeconds)
        writer.raw("}")
        return SigningKey(key, madeNanoseconds: 0).sign(type: "JWT", claims: writer.bytes).map {
            String(decoding: $0, as: UTF8.self)
        }
    }
}
