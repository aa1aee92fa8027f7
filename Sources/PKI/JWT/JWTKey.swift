internal import Crypto
internal import CryptoExtras
internal import Foundation
internal import StrictJSON

/// A key that signs JWT-SVIDs of one trust domain, as its bundle publishes it (JWT-SVID section 6.1, RFC 7517).
public struct JWTKey: Sendable {
    /// The key identifier that tokens name; never empty.
    public let keyID: String
    /// The one algorithm that the key is for, when its publisher named one.
    public let algorithm: JWSAlgorithm?
    let material: JWTKeyMaterial

    init(keyID: String, algorithm: JWSAlgorithm?, material: JWTKeyMaterial) {
        self.keyID = keyID
        self.algorithm = algorithm
        self.material = material
    }

    /// A P-256 key of our own; its identifier is the RFC 7638 thumbprint.
    init(_ key: P256.Signing.PublicKey) {
        let (x, y) = Self.coordinates(key.rawRepresentation)
        let text = "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"\(x)\",\"y\":\"\(y)\"}"
        self.init(
            keyID: Base64URL.encode(SHA256.hash(data: Array(text.utf8))), algorithm: .es256,
            material: .p256(key))
    }

    /// Reads a JSON web key; nil for a key type or curve that is not taken, which readers pass over.
    ///
    /// - Throws: `PKIError.invalidBundle` for a key that is of a known kind but malformed or without `kid`.
    init?(_ value: JSONValue) throws(PKIError) {
        let material: JWTKeyMaterial
        switch value["kty"]?.string {
        case "EC":
            guard let read = try Self.curveKey(value) else { return nil }
            material = read
        case "RSA": material = .rsa(try Self.rsaKey(value))
        default: return nil
        }
        guard let keyID = value["kid"]?.string, !keyID.isEmpty,
            keyID.utf8.count <= PKILimits.jwtKeyIDBytesMax
        else { throw .invalidBundle("a signing key without a key identifier (kid)") }
        var algorithm: JWSAlgorithm?
        if let named = value["alg"]?.string {
            guard let known = JWSAlgorithm(rawValue: named), material.fits(known) else {
                throw .invalidBundle("key \(keyID.quotedForPeople): alg does not fit the key")
            }
            algorithm = known
        }
        self.init(keyID: keyID, algorithm: algorithm, material: material)
    }

    /// Whether tokens with this `alg` may be checked with this key.
    func admits(_ algorithm: JWSAlgorithm) -> Bool {
        material.fits(algorithm) && (self.algorithm.map { $0 == algorithm } ?? true)
    }

    /// Appends the key as a JSON web key; `use` is `jwt-svid` in bundles and `sig` in key sets for others.
    func write(use: StaticString, to writer: inout JSONWriter) {
        writer.raw("{\"use\":\"")
        writer.raw(use)
        writer.raw("\",\"kid\":")
        writer.string(keyID)
        if let algorithm {
            writer.raw(",\"alg\":")
            writer.string(algorithm.rawValue)
        }
        writer.raw(",")
        material.writeMembers(to: &writer)
        writer.raw("}")
    }

    static func coordinates(_ raw: some Collection<UInt8>) -> (x: String, y: String) {
        let half = raw.count / 2
        return (Base64URL.encode(raw.prefix(half)), Base64URL.encode(raw.dropFirst(half)))
    }

    private static func curveKey(_ value: JSONValue) throws(PKIError) -> JWTKeyMaterial? {
        guard let curve = value["crv"]?.string,
            let size = ["P-256": 32, "P-384": 48, "P-521": 66][curve]
        else { return nil }
        guard let x = value["x"]?.string.flatMap({ Base64URL.decode($0.utf8) }), x.count == size,
            let y = value["y"]?.string.flatMap({ Base64URL.decode($0.utf8) }), y.count == size
        else { throw .invalidBundle("an EC key whose x or y is not \(size) bytes of base64url") }
        do {
            switch size {
            case 32: return .p256(try P256.Signing.PublicKey(rawRepresentation: x + y))
            case 48: return .p384(try P384.Signing.PublicKey(rawRepresentation: x + y))
            default: return .p521(try P521.Signing.PublicKey(rawRepresentation: x + y))
            }
        } catch {
            throw .invalidBundle("an EC key whose point is not on its curve")
        }
    }

    private static func rsaKey(_ value: JSONValue) throws(PKIError) -> _RSA.Signing.PublicKey {
        guard let n = value["n"]?.string.flatMap({ Base64URL.decode($0.utf8) }),
            let e = value["e"]?.string.flatMap({ Base64URL.decode($0.utf8) }),
            PKILimits.rsaBits.contains(n.count * 8), e == [1, 0, 1],
            let key = try? _RSA.Signing.PublicKey(n: n, e: e)
        else {
            throw .invalidBundle("an RSA key that is not 2048 to 4096 bits with exponent 65537")
        }
        return key
    }
}

extension JWTKeyMaterial {
    /// The members of RFC 7518 section 6 that make up the public key.
    func writeMembers(to writer: inout JSONWriter) {
        switch self {
        case .p256(let key): write("P-256", key.rawRepresentation, to: &writer)
        case .p384(let key): write("P-384", key.rawRepresentation, to: &writer)
        case .p521(let key): write("P-521", key.rawRepresentation, to: &writer)
        case .rsa(let key):
            let parts = try? key.getKeyPrimitives()
            writer.raw("\"kty\":\"RSA\",\"n\":")
            writer.string(Base64URL.encode(parts?.modulus ?? Data()))
            writer.raw(",\"e\":")
            writer.string(Base64URL.encode(parts?.publicExponent ?? Data()))
        }
    }

    private func write(
        _ curve: StaticString, _ raw: some Collection<UInt8>, to writer: inout JSONWriter
    ) {
        let (x, y) = JWTKey.coordinates(raw)
        writer.raw("\"kty\":\"EC\",\"crv\":\"")
        writer.raw(curve)
        writer.raw("\",\"x\":")
        writer.string(x)
        writer.raw(",\"y\":")
        writer.string(y)
    }
}
