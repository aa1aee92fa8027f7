public import Audit
public import Policy
import Proofs
import SwiftASN1

/// One authority of a trust bundle with its key taken apart, as others read bundles (SPIFFE Trust Domain and Bundle, section 4.2).
public struct BundleAuthority: Sendable, Equatable {
    /// A public key, big-endian numbers without leading zeros.
    public enum Key: Sendable, Equatable {
        /// On the curve of this name, both coordinates of its full length.
        case ellipticCurve(String, x: [UInt8], y: [UInt8])
        /// RSA.
        case rsa(modulus: [UInt8], exponent: [UInt8])
        /// Ed25519.
        case edwards([UInt8])
    }

    /// The certificate.
    public let certificateDER: [UInt8]
    /// Its subject's key.
    public let key: Key

    init(_ anchor: ParsedCertificate) throws(PKIError) {
        certificateDER = anchor.der
        do {
            key = try Key(subjectPublicKeyInfo: anchor.header.subjectPublicKeyInfo)
        } catch {
            throw .invalidBundle("the key of an authority can't be shown: \(error)")
        }
    }
}

extension BundleAuthority.Key {
    fileprivate init(subjectPublicKeyInfo: [UInt8]) throws {
        let node = try DER.parse(subjectPublicKeyInfo)
        let kind = try PublicKeyKind(node)
        let bits = try ASN1BitString(
            derEncoded: node.children(count: 2...2, "public key")[1]
        ).bytes
        switch kind {
        case .p256: self = try Self.point(bits, "P-256", bytes: 32)
        case .p384: self = try Self.point(bits, "P-384", bytes: 48)
        case .ed25519: self = .edwards(Array(bits))
        case .rsa:
            let numbers = try DER.parse(bits).children(count: 2...2, "RSA key").map {
                Array(try $0.primitive("RSA number").drop { $0 == 0 })
            }
            self = .rsa(modulus: numbers[0], exponent: numbers[1])
        }
    }

    /// An uncompressed point (SEC 1 section 2.3.3).
    private static func point(
        _ bits: ArraySlice<UInt8>, _ curve: String, bytes: Int
    ) throws -> Self {
        guard bits.first == 4, bits.count == 1 + 2 * bytes else {
            throw DERFlaw.malformed("a compressed point")
        }
        return .ellipticCurve(
            curve, x: Array(bits.dropFirst().prefix(bytes)), y: Array(bits.suffix(bytes)))
    }
}

extension CertificateAuthority {
    /// Grows with each change of our own trust bundle.
    public var bundleSequence: UInt64 { trust.snapshot.bundles[trustDomain]?.sequence ?? 0 }

    /// The trust bundle of our trust domain as it is now.
    ///
    /// - Throws: `PKIError.unproven` where permit and receipt are not for `federation.read`; `.invalidBundle`.
    public func bundle(
        permit: consuming Permit, receipt: consuming Receipt
    ) throws(PKIError) -> [BundleAuthority] {
        let wanted = WantedOperation(.federationRead)
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: wanted) {
            throw .unproven(mismatch.reason)
        }
        var authorities: [BundleAuthority] = []
        for anchor in trust.snapshot.bundles[trustDomain]?.anchors ?? [] {
            authorities.append(try BundleAuthority(anchor))
        }
        return authorities
    }
}
