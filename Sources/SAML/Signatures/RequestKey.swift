internal import Crypto
internal import CryptoExtras
internal import Foundation

/// Our own key, for requests that we sign.
public struct RequestKey: Sendable {
    private let key: _RSA.Signing.PrivateKey

    /// Takes an RSA private key, PEM; nil where it is none of a fit size.
    public init?(pemRepresentation pem: String) {
        guard let key = try? _RSA.Signing.PrivateKey(pemRepresentation: pem),
            SAMLLimits.rsaBits.contains(key.keySizeInBits)
        else { return nil }
        self.key = key
    }

    /// Whether a SubjectPublicKeyInfo, DER (RFC 5280 section 4.1.2.7), is that of this key.
    public func isPrivate(to info: [UInt8]) -> Bool {
        (try? _RSA.Signing.PublicKey(derRepresentation: info))?.derRepresentation
            == key.publicKey.derRepresentation
    }

    /// RSA with SHA-256, PKCS#1 v1.5 (RFC 8017 section 8.2), which every provider knows.
    func sign(_ bytes: [UInt8]) -> [UInt8]? {
        (try? key.signature(for: SHA256.hash(data: bytes), padding: .insecurePKCS1v1_5)).map {
            Array($0.rawRepresentation)
        }
    }
}
