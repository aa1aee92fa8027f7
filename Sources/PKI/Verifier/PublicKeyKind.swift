import SwiftASN1

/// The subject keys that are taken: P-256, P-384, Ed25519 and RSA of 2048 to 4096 bits.
enum PublicKeyKind: Equatable, Sendable {
    case p256, p384, ed25519
    case rsa(bits: Int)

    private static let ecPublicKey: ASN1ObjectIdentifier = [1, 2, 840, 10045, 2, 1]
    private static let secp256r1: ASN1ObjectIdentifier = [1, 2, 840, 10045, 3, 1, 7]
    private static let secp384r1: ASN1ObjectIdentifier = [1, 3, 132, 0, 34]
    private static let edwards25519: ASN1ObjectIdentifier = [1, 3, 101, 112]
    private static let rsaEncryption: ASN1ObjectIdentifier = [1, 2, 840, 113549, 1, 1, 1]

    private static let taken =
        "taken are P-256, P-384, Ed25519 and RSA of \(PKILimits.rsaBits.lowerBound) to \(PKILimits.rsaBits.upperBound) bits"

    /// Reads a SubjectPublicKeyInfo.
    init(_ node: ASN1Node) throws {
        let fields = try node.children(count: 2...2, "public key")
        let algorithm = try fields[0].children(count: 1...2, "key algorithm")
        let oid = try ASN1ObjectIdentifier(derEncoded: algorithm[0])
        switch (oid, algorithm.count) {
        case (Self.ecPublicKey, 2):
            self = try Self(curve: algorithm[1])
        case (Self.edwards25519, 1):
            self = .ed25519
        case (Self.rsaEncryption, 2):
            self = .rsa(bits: try Self.modulusBits(ASN1BitString(derEncoded: fields[1])))
        default:
            throw DERFlaw.weak("a public key of a kind that is not taken; \(Self.taken)")
        }
    }

    private init(curve: ASN1Node) throws {
        switch try? ASN1ObjectIdentifier(derEncoded: curve) {
        case Self.secp256r1: self = .p256
        case Self.secp384r1: self = .p384
        default: throw DERFlaw.weak("an elliptic curve that is not taken; \(Self.taken)")
        }
    }

    private static func modulusBits(_ key: ASN1BitString) throws -> Int {
        let numbers = try DER.parse(key.bytes).children(count: 2...2, "RSA key")
        let modulus = try numbers[0].primitive("RSA modulus").drop { $0 == 0 }
        guard let first = modulus.first else { throw DERFlaw.malformed("RSA modulus is zero") }
        let bits = modulus.count * 8 - first.leadingZeroBitCount
        guard PKILimits.rsaBits.contains(bits) else {
            throw DERFlaw.weak("an RSA key of \(bits) bits; \(Self.taken)")
        }
        guard try numbers[1].primitive("RSA exponent").elementsEqual([1, 0, 1]) else {
            throw DERFlaw.weak("an RSA exponent other than 65537")
        }
        return bits
    }
}

/// The signature algorithms that are taken: no SHA-1, no SHA-512 with ECDSA, no RSA-PSS.
enum SignatureAlgorithms {
    private static let taken: Set<ASN1ObjectIdentifier> = [
        [1, 2, 840, 10045, 4, 3, 2],  // ecdsa-with-SHA256
        [1, 2, 840, 10045, 4, 3, 3],  // ecdsa-with-SHA384
        [1, 3, 101, 112],  // Ed25519
        [1, 2, 840, 113549, 1, 1, 11],  // sha256WithRSAEncryption
        [1, 2, 840, 113549, 1, 1, 12],  // sha384WithRSAEncryption
        [1, 2, 840, 113549, 1, 1, 13],  // sha512WithRSAEncryption
    ]

    static func check(_ oid: ASN1ObjectIdentifier) throws {
        guard taken.contains(oid) else {
            throw DERFlaw.weak(
                "the signature algorithm \(oid) is not taken; taken are ECDSA with SHA-256 or SHA-384, Ed25519 and RSA PKCS#1 with SHA-256 to SHA-512"
            )
        }
    }
}
