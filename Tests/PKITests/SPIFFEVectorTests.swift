import Foundation
@testable import PKI
import Support
import Testing

/// Certificates and bundles of another SPIFFE implementation's tests.
@Suite(
    "SPIFFE vectors",
    .enabled(
        if: TestVectors.exist("spiffe/svid/x509svid"),
        "spiffe/ is not in MAXINE_VECTORS or ../shared/vectors"))
struct SPIFFEVectorTests {
    private func certificates(_ file: String) throws -> [[UInt8]] {
        let bytes = Array(try TestVectors.data("spiffe/svid/x509svid/" + file))
        return try PEMText.blocks(bytes, max: 8).filter { $0.label == "CERTIFICATE" }.map(\.der)
    }

    /// The verdict of the rules for leaf and issuers, which is what these files are about.
    private func verdict(_ file: String) -> String {
        do {
            let chain = try certificates(file).enumerated().map { index, der in
                try ParsedCertificate(der: der, element: index)
            }
            guard let leaf = chain.first else { return "no_certificate" }
            let id = try LeafRules.spiffeID(of: leaf)
            for (index, authority) in chain.enumerated().dropFirst() {
                try AuthorityRules.check(authority, element: index)
                _ = try AuthorityRules.checkProfile(authority, element: index)
            }
            return "\(id)"
        } catch {
            return (error as? PeerRefusal)?.code ?? "not_pem"
        }
    }

    @Test(arguments: [
        ("good-leaf-and-intermediate.pem", "spiffe://example.org/workload-1"),
        ("good-leaf-only.pem", "spiffe://example.org/workload-1"),
        ("good-cert-and-key.pem", "spiffe://example.org/workload-1"),
        ("good-key-and-cert.pem", "spiffe://example.org/workload-1"),
        ("corrupt-cert.pem", "malformed"),
        ("key-pkcs8-ecdsa.pem", "no_certificate"),
        ("key-pkcs8-rsa.pem", "no_certificate"),
        ("not-pem", "not_pem"),
        ("wrong-intermediate-no-ca.pem", "not_an_authority"),
        ("wrong-intermediate-no-key-cert-sign.pem", "not_an_authority"),
        ("wrong-leaf-ca-true.pem", "leaf_is_authority"),
        ("wrong-leaf-cert-sign.pem", "leaf_is_authority"),
        ("wrong-leaf-crl-sign.pem", "leaf_is_authority"),
        ("wrong-leaf-empty-id.pem", "identity"),
        ("wrong-leaf-no-digital-signature.pem", "leaf_is_authority"),
    ])
    func judgesTheLeafAndItsIssuers(_ file: String, _ expected: String) {
        #expect(verdict(file) == expected)
    }

    @Test(arguments: [
        "cert.pem", "certs.pem", "corrupted.pem", "empty.pem", "key.pem", "not-pem.pem",
    ])
    func refusesBundlesThatAreNoneOrHoldNoAuthority(_ file: String) throws {
        // cert.pem and certs.pem hold version 1 certificates with 768-bit keys.
        let bytes = Array(try TestVectors.data("spiffe/bundle/x509bundle/" + file))
        #expect(throws: PKIError.self) { try TrustBundle(trustDomain: "example.org", pem: bytes) }
    }
}
