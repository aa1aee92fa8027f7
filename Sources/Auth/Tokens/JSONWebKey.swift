internal import Crypto
internal import CryptoExtras
internal import StrictJSON

/// One public key that can verify signatures (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).
struct JSONWebKey: Sendable {
    enum Material: Sendable {
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
        case rsa(_RSA.Signing.PublicKey, bytes: Int)
    }

    let keyID: String?
    let algorithm: JWSAlgorithm?
    let material: Material

    /// Reads a key; nil for one that is not for verifying signatures or that is not sound.
    init?(_ value: JSONValue) {
        guard case .object = value, JSONWebKey.isForVerifying(value),
            let type = value["kty"]?.string
        else { return nil }
        if let member = value["kid"] {
            guard let text = member.string,
                (1...TokenLimits.headerTextBytesMax).contains(text.utf8.count)
            else { return nil }
            keyID = text
        } else {
            keyID = nil
        }
        if let member = value["alg"] {
            guard let known = member.string.flatMap(JWSAlgorithm.init) else { return nil }
            algorithm = known
        } else {
            algorithm = nil
        }
        let material: Material? =
            switch type {
            case "EC": JSONWebKey.curve(value)
            case "OKP": JSONWebKey.edwards(value)
            case "RSA": JSONWebKey.rsa(value)
            default: nil
            }
        guard let material else { return nil }
        self.material = material
        if let algorithm, !JSONWebKey.fits(algorithm, material) { return nil }
    }

    /// Whether the key may verify a signature of an algorithm: by its own word and by its kind.
    ///
    /// Nothing is learnt from a token: a key without `alg` stays without.
    func isFit(for wanted: JWSAlgorithm) -> Bool {
        (algorithm ?? wanted) == wanted && JSONWebKey.fits(wanted, material)
    }

    /// Whether a key of a set tells a secret: a private key, or one that verifier and signer share.
    static func tellsASecret(_ value: JSONValue) -> Bool {
        value["d"] != nil || value["k"] != nil || value["kty"]?.string == "oct"
    }

    private static func fits(_ algorithm: JWSAlgorithm, _ material: Material) -> Bool {
        switch (algorithm, material) {
        case (.es256, .p256), (.es384, .p384), (.es512, .p521),
            (.edDSA, .ed25519), (.ed25519, .ed25519),
            (.rs256, .rsa), (.rs384, .rsa), (.rs512, .rsa),
            (.ps256, .rsa), (.ps384, .rsa), (.ps512, .rsa):
            true
        default: false
        }
    }

    /// RFC 7517 sections 4.2 and 4.3; a key may say both, and both must allow it.
    private static func isForVerifying(_ value: JSONValue) -> Bool {
        if let use = value["use"], use.string != "sig" { return false }
        guard let operations = value["key_ops"] else { return true }
        guard case .array(let list) = operations else { return false }
        return list.contains { $0.string == "verify" }
    }

    private static func bytes(_ value: JSONValue, _ name: String) -> [UInt8]? {
        value[name]?.string.flatMap { Base64URL.decode($0.utf8) }
    }

    private static func curve(_ value: JSONValue) -> Material? {
        let sizes = ["P-256": 32, "P-384": 48, "P-521": 66]
        guard let curve = value["crv"]?.string, let size = sizes[curve],
            let x = bytes(value, "x"), let y = bytes(value, "y"), x.count == size, y.count == size
        else { return nil }
        // The library checks that the point is on the curve.
        let point = [0x04] + x + y
        switch curve {
        case "P-256":
            return (try? P256.Signing.PublicKey(x963Representation: point)).map { .p256($0) }
        case "P-384":
            return (try? P384.Signing.PublicKey(x963Representation: point)).map { .p384($0) }
        default:
            return (try? P521.Signing.PublicKey(x963Representation: point)).map { .p521($0) }
        }
    }

    private static func edwards(_ value: JSONValue) -> Material? {
        guard value["crv"]?.string == "Ed25519", let x = bytes(value, "x"), x.count == 32 else {
            return nil
        }
        return (try? Curve25519.Signing.PublicKey(rawRepresentation: x)).map { .ed25519($0) }
    }

    private static func rsa(_ value: JSONValue) -> Material? {
        guard let n = bytes(value, "n"), let e = bytes(value, "e"),
            RSAKeyCheck.isSound(modulus: n, exponent: e),
            let key = try? _RSA.Signing.PublicKey(n: n, e: e)
        else { return nil }
        return .rsa(key, bytes: n.count)
    }
}
