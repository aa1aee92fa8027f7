public import Foundation
import SwiftASN1
public import X509

/// Everything that a test may want to be right or wrong about one certificate.
public struct TestCertificatePlan {
    public var commonName: String?
    public var uris: [String] = []
    public var dnsNames: [String] = []
    public var alternativeNamesAreCritical = false
    public var isAuthority: Bool?
    public var pathLength: Int?
    public var basicConstraintsAreCritical = true
    public var keyUsage: KeyUsage?
    public var keyUsageIsCritical = true
    public var extendedKeyUsages: [ExtendedKeyUsage.Usage]?
    public var hasSubjectKeyIdentifier = true
    public var hasAuthorityKeyIdentifier = true
    public var authorityKeyIdentifier: [UInt8]?
    public var extraExtensions: [Certificate.Extension] = []
    public var notBefore: Date
    public var notAfter: Date
    public var serial = Certificate.SerialNumber(bytes: [0x11] + (0..<9).map { _ in UInt8.random(in: 0...255) })
    public var signatureAlgorithm: Certificate.SignatureAlgorithm?

    /// A good X509-SVID leaf.
    public static func leaf(_ uri: String, now: Date) -> Self {
        var plan = Self(notBefore: now - 30, notAfter: now + 3600)
        plan.commonName = "leaf"
        plan.uris = [uri]
        plan.isAuthority = false
        plan.keyUsage = KeyUsage(digitalSignature: true)
        plan.extendedKeyUsages = [.serverAuth, .clientAuth]
        return plan
    }

    /// A good authority of a trust domain.
    public static func authority(
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
