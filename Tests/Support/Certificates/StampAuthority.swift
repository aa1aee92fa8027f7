package import Foundation
package import X509

/// A time-stamping authority: `openssl ts` with certificates that are minted here.
package struct StampAuthority: Sendable {
    package let folder: TestFolder
    package let root: TestCertificate
    package let signer: TestCertificate

    /// The extended key usage of such an authority (RFC 3161 section 2.3).
    package static func usage(critical: Bool = true) throws -> Certificate.Extension {
        try .init(ExtendedKeyUsage([.timeStamping]), critical: critical)
    }

    /// What a good certificate of one is like.
    package static func plan(now: Date = Date()) throws -> TestCertificatePlan {
        var plan = TestCertificatePlan(notBefore: now - 3600, notAfter: now + 86_400)
        plan.commonName = "stamps of a test"
        plan.isAuthority = false
        plan.keyUsage = KeyUsage(digitalSignature: true)
        plan.extraExtensions = [try usage()]
        return plan
    }

    /// Makes a root, an intermediate where one is wanted, and the files that `openssl ts` reads.
    package init(
        certificateHash: String = "sha256", hasIntermediate: Bool = false,
        _ change: (inout TestCertificatePlan) -> Void = { _ in }
    ) throws {
        folder = try TestFolder()
        let now = Date()
        func authority(_ name: String) -> TestCertificatePlan {
            .authority(name, trustDomain: "stamps.test", now: now)
        }
        root = try TestCA.mint(authority("root of stamps"), by: nil)
        let above =
            hasIntermediate ? try TestCA.mint(authority("stamps between"), by: root) : root
        var plan = try Self.plan(now: now)
        change(&plan)
        signer = try TestCA.mint(plan, by: above)
        try folder.write(root.pem, to: "root.pem")
        try folder.write(signer.pem, to: "tsa.pem")
        try folder.write(above.pem + root.pem, to: "chain.pem")
        try folder.write(signer.keyPEM, to: "tsa.key")
        try folder.write("01\n", to: "serial")
        try folder.write(
            """
            [ tsa ]
            default_tsa = one
            [ one ]
            serial = \(folder.path("serial"))
            crypto_device = builtin
            signer_cert = \(folder.path("tsa.pem"))
            certs = \(folder.path("chain.pem"))
            signer_key = \(folder.path("tsa.key"))
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            other_policies = 1.2.3.4.2
            digests = sha256
            accuracy = secs:1
            ordering = yes
            tsa_name = yes
            ess_cert_id_chain = no
            ess_cert_id_alg = \(certificateHash)
            """, to: "tsa.cnf")
    }

    /// The authority's answer to a request.
    package func answer(_ query: [UInt8]) throws -> [UInt8] {
        try folder.write(query, to: "query.tsq")
        let made = try Shell.run([
            "openssl", "ts", "-reply", "-config", folder.path("tsa.cnf"), "-queryfile",
            folder.path("query.tsq"), "-out", folder.path("answer.tsr"),
        ])
        guard made.status == 0 else { throw TestFault(description: made.error) }
        return try folder.bytes("answer.tsr")
    }
}
