import Crypto
import Foundation
import PKI
import Support
import SwiftASN1
import Testing
@_spi(FixedExpiryValidationTime) import X509

/// What the general verifier of the X.509 library takes and ours must not: the hazards 2 and 3 of the design.
@Suite("Hazards of the general X.509 verifier")
struct HazardTests {
    let fixture: VerifierFixture

    init() throws {
        fixture = try VerifierFixture(known: false)
    }

    private func libraryAccepts(_ chain: [[UInt8]]) async throws -> Bool {
        let now = fixture.ca.now
        var verifier = Verifier(
            rootCertificates: CertificateStore([fixture.ca.root.certificate])
        ) {
            RFC5280Policy(fixedExpiryValidationTime: now)
        }
        let certificates = try chain.map { try Certificate(derEncoded: $0) }
        let result = await verifier.validate(
            leaf: certificates[0], intermediates: CertificateStore(certificates.dropFirst()))
        guard case .validCertificate = result else { return false }
        return true
    }

    @Test func refusesALeafWithoutKeyUsageWhichTheLibraryTakes() async throws {
        let leaf = try fixture.ca.leaf { $0.keyUsage = nil }
        #expect(try await libraryAccepts(fixture.ca.chain(leaf)))
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "key_usage")
    }

    @Test func refusesALeafThatMaySignCertificatesWhichTheLibraryTakes() async throws {
        let leaf = try fixture.ca.leaf {
            $0.keyUsage = KeyUsage(digitalSignature: true, keyCertSign: true)
        }
        #expect(try await libraryAccepts(fixture.ca.chain(leaf)))
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "leaf_is_authority")
    }

    @Test func refusesALeafForCodeSigningWhichTheLibraryTakes() async throws {
        let leaf = try fixture.ca.leaf { $0.extendedKeyUsages = [.codeSigning] }
        #expect(try await libraryAccepts(fixture.ca.chain(leaf)))
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "extended_key_usage")
    }

    @Test func refusesAnIssuerWithoutCertSignWhichTheLibraryTakes() async throws {
        var plan = fixture.ca.authorityPlan("signs without right", pathLength: 0)
        plan.keyUsage = KeyUsage(digitalSignature: true)
        let authority = try TestCA.mint(plan, by: fixture.ca.root)
        let leaf = try TestCA.mint(fixture.ca.leafPlan(), by: authority)
        #expect(try await libraryAccepts([leaf.der, authority.der]))
        #expect(fixture.verdict([leaf.der, authority.der]) == "not_an_authority")
    }

    @Test func refusesAVersion1IssuerWhichTheLibraryTakes() async throws {
        let authority = try TestCA.mint(fixture.ca.authorityPlan("v1"), by: fixture.ca.root)
        let old = try authority.with(
            der: TestCertificateSurgery.rewrite(
                authority.der, signedBy: fixture.ca.root.key
            ) { fields in
                fields.removeFirst()
                fields.removeLast()
            })
        var plan = fixture.ca.leafPlan()
        plan.authorityKeyIdentifier = authority.keyIdentifier
        let leaf = try TestCA.mint(plan, by: old)
        #expect(try await libraryAccepts([leaf.der, old.der]))
        #expect(fixture.verdict([leaf.der, old.der]) == "malformed")
    }

    @Test func acceptsACriticalAlternativeNameWhichTheLibraryRefuses() async throws {
        let leaf = try fixture.ca.leaf {
            $0.commonName = nil
            $0.alternativeNamesAreCritical = true
        }
        #expect(try await !libraryAccepts(fixture.ca.chain(leaf)))
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "accepted")
    }

    @Test func enforcesURIConstraintsOnExactlyOneHost() async throws {
        var plan = fixture.ca.authorityPlan("constrained", pathLength: 0)
        plan.uris = []
        plan.extraExtensions = [
            try .init(NameConstraints(permittedURIDomains: ["test"]), critical: true)
        ]
        let authority = try TestCA.mint(plan, by: fixture.ca.root)
        let leaf = try TestCA.mint(fixture.ca.leafPlan(), by: authority)
        #expect(try await libraryAccepts([leaf.der, authority.der]))
        #expect(fixture.verdict([leaf.der, authority.der]) == "name_constraints")
    }

    @Test func refusesTwoHundredCertificatesInNoTime() throws {
        let ca = fixture.ca
        let leaf = try ca.leaf()
        let key = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let authority = try TestCA.mint(ca.authorityPlan("loop"), by: nil, key: key)
        let crossed = try (0..<198).map { _ in
            try TestCA.mint(ca.authorityPlan("loop"), by: authority, key: key).der
        }
        let clock = ContinuousClock()
        var verdict = ""
        let spent = clock.measure {
            verdict = fixture.verdict([leaf.der, ca.intermediate.der] + crossed)
        }
        #expect(verdict == "chain_too_long")
        #expect(spent < .milliseconds(5))
    }

    @Test func checksAtMostOneSignatureForAStrangersChain() throws {
        // Names and key identifiers all fit, so that only signatures can tell.
        let ca = fixture.ca
        let top = try TestCA.mint(ca.authorityPlan("top"), by: ca.root.forged())
        let middle = try TestCA.mint(ca.authorityPlan("middle"), by: top)
        let leaf = try TestCA.mint(ca.leafPlan(), by: middle)
        let refusal = fixture.verify([leaf.der, middle.der, top.der])
        #expect(refusal == .failure(.signature(element: 2)))
    }
}
