internal import Crypto
internal import CryptoExtras
internal import Foundation

/// The signature methods that are taken (RFC 9231): no SHA-1, no MAC.
public enum SignatureAlgorithm: String, CaseIterable, Sendable {
    case rsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
    case rsaSHA384 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"
    case rsaSHA512 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"
    case rsaPSSSHA256 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"
    case rsaPSSSHA384 = "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"
    case rsaPSSSHA512 = "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"
    case ecdsaSHA256 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"
    case ecdsaSHA384 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"
    case ecdsaSHA512 = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512"

    var padding: _RSA.Signing.Padding? {
        switch self {
        case .rsaSHA256, .rsaSHA384, .rsaSHA512: .insecurePKCS1v1_5
        case .rsaPSSSHA256, .rsaPSSSHA384, .rsaPSSSHA512: .PSS
        case .ecdsaSHA256, .ecdsaSHA384, .ecdsaSHA512: nil
        }
    }

    var digest: DigestAlgorithm {
        switch self {
        case .rsaSHA256, .rsaPSSSHA256, .ecdsaSHA256: .sha256
        case .rsaSHA384, .rsaPSSSHA384, .ecdsaSHA384: .sha384
        case .rsaSHA512, .rsaPSSSHA512, .ecdsaSHA512: .sha512
        }
    }
}

/// The digest methods that are taken.
enum DigestAlgorithm: String, CaseIterable, Sendable {
    case sha256 = "http://www.w3.org/2001/04/xmlenc#sha256"
    case sha384 = "http://www.w3.org/2001/04/xmldsig-more#sha384"
    case sha512 = "http://www.w3.org/2001/04/xmlenc#sha512"

    func digest(of bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha384: Array(SHA384.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        }
    }
}

/// A key that a provider signs with, from its metadata: pinned, whatever a message says about keys.
public struct SignatureKey: Sendable {
    private enum Material: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case p521(P521.Signing.PublicKey)
    }

    private let material: Material

    /// Reads a key; nil where it is of a kind or size that is not taken.
    ///
    /// - Parameter info: Its SubjectPublicKeyInfo, DER (RFC 5280 section 4.1.2.7).
    public init?(subjectPublicKeyInfo info: [UInt8]) {
        if let key = try? P256.Signing.PublicKey(derRepresentation: info) {
            material = .p256(key)
        } else if let key = try? P384.Signing.PublicKey(derRepresentation: info) {
            material = .p384(key)
        } else if let key = try? P521.Signing.PublicKey(derRepresentation: info) {
            material = .p521(key)
        } else if let key = try? _RSA.Signing.PublicKey(derRepresentation: info),
            SAMLLimits.rsaBits.contains(key.keySizeInBits)
        {
            material = .rsa(key)
        } else {
            return nil
        }
    }

    /// Whether a signature over bytes is of this key, made in this way; a curve goes with the digest of its size.
    func isValid(
        _ signature: [UInt8], over bytes: [UInt8], by algorithm: SignatureAlgorithm
    ) -> Bool {
        switch (material, algorithm) {
        case (.rsa(let key), _):
            guard let padding = algorithm.padding else { return false }
            return Self.isValid(signature, bytes, algorithm.digest, padding, key)
        case (.p256(let key), .ecdsaSHA256):
            guard let value = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(value, for: SHA256.hash(data: bytes))
        case (.p384(let key), .ecdsaSHA384):
            guard let value = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(value, for: SHA384.hash(data: bytes))
        case (.p521(let key), .ecdsaSHA512):
            guard let value = try? P521.Signing.ECDSASignature(rawRepresentation: signature) else {
                return false
            }
            return key.isValidSignature(value, for: SHA512.hash(data: bytes))
        case (.p256, _), (.p384, _), (.p521, _): return false
        }
    }

    private static func isValid(
        _ signature: [UInt8], _ bytes: [UInt8], _ digest: DigestAlgorithm,
        _ padding: _RSA.Signing.Padding, _ key: _RSA.Signing.PublicKey
    ) -> Bool {
        let value = _RSA.Signing.RSASignature(rawRepresentation: signature)
        return switch digest {
        case .sha256:
            key.isValidSignature(value, for: SHA256.hash(data: bytes), padding: padding)
        case .sha384:
            key.isValidSignature(value, for: SHA384.hash(data: bytes), padding: padding)
        case .sha512:
            key.isValidSignature(value, for: SHA512.hash(data: bytes), padding: padding)
        }
    }
}
