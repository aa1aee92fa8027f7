import Crypto
package import Foundation
import SwiftASN1
package import X509

/// A certificate with its private key, minted at run time.
package struct TestCertificate: Sendable {
    package let certificate: Certificate
    package let key: Certificate.PrivateKey
    package let der: [UInt8]
    package let keyIdentifier: [UInt8]

    /// The certificate as PEM.
    package var pem: String { PEMDocument(type: "CERTIFICATE", derBytes: der).pemString + "\n" }

    /// The private key as PEM.
    package var keyPEM: String { get throws { try key.serializeAsPEM().pemString } }

    /// Reads an authority's two files, as whoever has stolen them can.
    package static func read(pem: String, key: String) throws -> TestCertificate {
        let certificate = try Certificate(pemEncoded: pem)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        let identifier = try certificate.extensions.subjectKeyIdentifier?.keyIdentifier ?? []
        return TestCertificate(
            certificate: certificate, key: try .init(pemEncoded: key),
            der: serializer.serializedBytes, keyIdentifier: Array(identifier))
    }

    /// The same name and key identifier with a stranger's key: what a forger has.
    package func forged() -> TestCertificate {
        TestCertificate(
            certificate: certificate, key: .init(P256.Signing.PrivateKey()), der: der,
            keyIdentifier: keyIdentifier)
    }

    /// Wraps other DER under the same key, for certificates that were tampered with.
    package func with(der: [UInt8]) throws -> TestCertificate {
        TestCertificate(
            certificate: try Certificate(derEncoded: der), key: key, der: der,
            keyIdentifier: keyIdentifier)
    }
}

/// A certificate authority for tests: mints good and bad certificates and chains.
package struct TestCA: Sendable {
    package let trustDomain: String
    package let now: Date
    package let root: TestCertificate
    package let intermediate: TestCertificate

    /// Makes a root and an intermediate of the trust domain.
    package init(
        trustDomain: String = "maxine.test",
        now: Date = Date(timeIntervalSince1970: 1_795_435_200)
    ) throws {
        self.trustDomain = trustDomain
        self.now = now
        root = try Self.mint(
            .authority("\(trustDomain) root", trustDomain: trustDomain, now: now), by: nil)
        intermediate = try Self.mint(
            .authority(
                "\(trustDomain) intermediate", trustDomain: trustDomain, pathLength: 0, now: now),
            by: root)
    }

    /// The time of the authority as the code under test takes it.
    package var nowNanoseconds: Int64 { Int64(now.timeIntervalSince1970) * 1_000_000_000 }

    /// A plan for a good leaf at a path of the trust domain.
    package func leafPlan(_ path: String = "/ns/default/dc/dc1/svc/web") -> TestCertificatePlan {
        .leaf("spiffe://\(trustDomain)\(path)", now: now)
    }

    /// A plan for a good authority of the trust domain.
    package func authorityPlan(_ name: String, pathLength: Int? = nil) -> TestCertificatePlan {
        .authority(name, trustDomain: trustDomain, pathLength: pathLength, now: now)
    }

    /// Mints a leaf under the intermediate after a change to its plan.
    package func leaf(
        _ path: String = "/ns/default/dc/dc1/svc/web",
        change: (inout TestCertificatePlan) -> Void = { _ in }
    ) throws -> TestCertificate {
        var plan = leafPlan(path)
        change(&plan)
        return try Self.mint(plan, by: intermediate)
    }

    /// The chain of a leaf as it is sent: leaf, then intermediate.
    package func chain(_ leaf: TestCertificate) -> [[UInt8]] {
        [leaf.der, intermediate.der]
    }

    /// Mints what the plan says; without an issuer it signs itself.
    package static func mint(
        _ plan: TestCertificatePlan, by issuer: TestCertificate?,
        key: Certificate.PrivateKey = .init(P256.Signing.PrivateKey())
    ) throws -> TestCertificate {
        let identifier = keyIdentifier(key)
        let signer = issuer?.key ?? key
        let subject = try plan.subject()
        let certificate = try Certificate(
            version: .v3, serialNumber: plan.serial, publicKey: key.publicKey,
            notValidBefore: plan.notBefore, notValidAfter: plan.notAfter,
            issuer: issuer?.certificate.subject ?? subject, subject: subject,
            signatureAlgorithm: plan.signatureAlgorithm ?? algorithm(of: signer),
            extensions: try plan.extensions(
                subjectKey: identifier, issuerKey: issuer?.keyIdentifier ?? identifier),
            issuerPrivateKey: signer)
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        return TestCertificate(
            certificate: certificate, key: key, der: serializer.serializedBytes,
            keyIdentifier: identifier)
    }

    static func keyIdentifier(_ key: Certificate.PrivateKey) -> [UInt8] {
        Array(SHA256.hash(data: key.publicKey.subjectPublicKeyInfoBytes).prefix(20))
    }

    private static func algorithm(of key: Certificate.PrivateKey) -> Certificate.SignatureAlgorithm
    {
        let name = key.publicKey.description
        if name.hasPrefix("P384") { return .ecdsaWithSHA384 }
        if name.hasPrefix("P521") { return .ecdsaWithSHA512 }
        if name.hasPrefix("Ed25519") { return .ed25519 }
        return name.hasPrefix("RSA") ? .sha256WithRSAEncryption : .ecdsaWithSHA256
    }
}
