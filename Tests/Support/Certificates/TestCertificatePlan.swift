package import Foundation
import SwiftASN1
package import X509

/// Everything that a test may want to be right or wrong about one certificate.
package struct TestCertificatePlan {
    package var commonName: String?
    package var uris: [String] = []
    package var dnsNames: [String] = []
    package var alternativeNamesAreCritical = false
    package var isAuthority: Bool?
    package var pathLength: Int?
    package var basicConstraintsAreCritical = true
    package var keyUsage: KeyUsage?
    package var keyUsageIsCritical = true
    package var extendedKeyUsages: [ExtendedKeyUsage.Usage]?
    package var hasSubjectKeyIdentifier = true
    package var hasAuthorityKeyIdentifier = true
    package var authorityKeyIdentifier: [UInt8]?
    package var extraExtensions: [Certificate.Extension] = []
    package var notBefore: Date
    package var notAfter: Date
    package var serial = Certificate.SerialNumber(
        bytes: [0x11] + (0..<9).map { _ in UInt8.random(in: 0...255) })
    package var signatureAlgorithm: Certificate.SignatureAlgorithm?

    /// Gives it the serial number of another certificate, in hexadecimal.
    package mutating func take(serial hex: String) {
        serial = Certificate.SerialNumber(
            bytes: stride(from: 0, to: hex.utf8.count, by: 2).compactMap { offset in
                let start = hex.index(hex.startIndex, offsetBy: offset)
                return UInt8(hex[start...].prefix(2), radix: 16)
            })
    }

    /// A good X509-SVID leaf.
    package static func leaf(_ uri: String, now: Date) -> Self {
        var plan = Self(notBefore: now - 30, notAfter: now + 3600)
        plan.commonName = "leaf"
        plan.uris = [uri]
        plan.isAuthority = false
        plan.keyUsage = KeyUsage(digitalSignature: true)
        plan.extendedKeyUsages = [.serverAuth, .clientAuth]
        return plan
    }

    /// A good authority of a trust domain.
    package static func authority(
        _ name: String, trustDomain: String, pathLength: Int? = nil, now: Date
    ) -> Self {
        var plan = Self(notBefore: now - 3600, notAfter: now + 365 * 86_400)
        plan.commonName = name
        plan.uris = ["spiffe://\(trustDomain)"]
        plan.isAuthority = true
        plan.pathLength = pathLength
        plan.keyUsage = KeyUsage(keyCertSign: true, cRLSign: true)
        return plan
    }

    func extensions(subjectKey: [UInt8], issuerKey: [UInt8]) throws -> Certificate.Extensions {
        var list: [Certificate.Extension] = []
        if let isAuthority {
            let value: BasicConstraints =
                isAuthority
                ? .isCertificateAuthority(maxPathLength: pathLength) : .notCertificateAuthority
            list.append(try .init(value, critical: basicConstraintsAreCritical))
        }
        if let keyUsage { list.append(try .init(keyUsage, critical: keyUsageIsCritical)) }
        if let extendedKeyUsages {
            list.append(try .init(ExtendedKeyUsage(extendedKeyUsages), critical: false))
        }
        let names =
            uris.map { GeneralName.uniformResourceIdentifier($0) }
            + dnsNames.map { GeneralName.dnsName($0) }
        if !names.isEmpty {
            list.append(
                try .init(SubjectAlternativeNames(names), critical: alternativeNamesAreCritical))
        }
        if hasSubjectKeyIdentifier {
            list.append(
                try .init(SubjectKeyIdentifier(keyIdentifier: subjectKey[...]), critical: false))
        }
        if hasAuthorityKeyIdentifier {
            let identifier = authorityKeyIdentifier ?? issuerKey
            list.append(
                try .init(AuthorityKeyIdentifier(keyIdentifier: identifier[...]), critical: false))
        }
        return try Certificate.Extensions(list + extraExtensions)
    }

    func subject() throws -> DistinguishedName {
        guard let commonName else { return DistinguishedName() }
        return try DistinguishedName { CommonName(commonName) }
    }
}
