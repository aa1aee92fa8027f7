import Crypto
import Foundation
import PKI
import Support
import SwiftASN1
import Testing
import X509

@Suite("The path above the leaf")
struct VerifierPathTests {
    let fixture: VerifierFixture
    let open: VerifierFixture  // without a list of known intermediates, as for foreign domains

    init() throws {
        fixture = try VerifierFixture()
        open = try VerifierFixture(known: false)
    }

    @Test func acceptsAChainThatEndsWithTheRootItself() throws {
        let leaf = try fixture.ca.leaf()
        #expect(fixture.verdict(fixture.ca.chain(leaf) + [fixture.ca.root.der]) == "accepted")
    }

    @Test func acceptsALeafDirectlyUnderTheRoot() throws {
        let leaf = try TestCA.mint(fixture.ca.leafPlan(), by: fixture.ca.root)
        #expect(fixture.verdict([leaf.der]) == "accepted")
    }

    @Test func refusesAChainOfAnotherAuthority() throws {
        let other = try TestCA()
        #expect(fixture.verdict(other.chain(try other.leaf())) == "untrusted")
    }

    @Test func refusesAnotherAuthorityThatCopiesNameAndKeyIdentifier() throws {
        let leaf = try TestCA.mint(fixture.ca.leafPlan(), by: fixture.ca.root.forged())
        #expect(fixture.verdict([leaf.der]) == "signature")
    }

    @Test func refusesAChainWithoutItsIntermediate() throws {
        #expect(fixture.verdict([try fixture.ca.leaf().der]) == "untrusted")
    }

    @Test func refusesAChainInAnotherOrder() throws {
        let ca = fixture.ca
        let leaf = try ca.leaf()
        #expect(fixture.verdict([leaf.der, ca.root.der, ca.intermediate.der]) == "out_of_order")
        let stranger = try TestCA()
        #expect(
            fixture.verdict([leaf.der, ca.intermediate.der, stranger.root.der])
                == "out_of_order")
        #expect(
            fixture.verdict([leaf.der, stranger.intermediate.der, ca.intermediate.der])
                == "out_of_order")
    }

    @Test func refusesKeyIdentifiersThatDoNotChain() throws {
        let wrong = try fixture.verdict { $0.authorityKeyIdentifier = [1, 2, 3] }
        #expect(wrong == "out_of_order")
        let missing = try fixture.verdict { $0.hasAuthorityKeyIdentifier = false }
        #expect(missing == "out_of_order")
        let authority = try open.verdictUnder(intermediate: { $0.hasSubjectKeyIdentifier = false })
        #expect(authority == "malformed")
    }

    @Test func refusesAnExpiredOrFutureLeaf() throws {
        #expect(try fixture.verdict(after: 3601) { _ in } == "expired")
        #expect(try fixture.verdict(after: 3600) { _ in } == "accepted")
        #expect(try fixture.verdict(after: 3600.000_001) { _ in } == "expired")
        #expect(try fixture.verdict(after: -36) { _ in } == "not_yet_valid")
        #expect(try fixture.verdict(after: -34) { _ in } == "accepted")
    }

    @Test func refusesAnExpiredIntermediate() throws {
        let now = open.ca.now
        #expect(try open.verdictUnder(intermediate: { $0.notAfter = now - 1 }) == "expired")
        #expect(try open.verdictUnder(intermediate: { $0.notBefore = now + 60 }) == "not_yet_valid")
    }

    @Test func refusesAnExpiredRoot() throws {
        #expect(
            fixture.verdict(fixture.ca.chain(try fixture.ca.leaf()), after: 366 * 86_400)
                == "expired")
    }

    @Test func endsThePeersTimeWithItsShortestLivedIssuer() throws {
        var plan = open.ca.authorityPlan("short", pathLength: 0)
        plan.notAfter = open.ca.now + 60
        let short = try TestCA.mint(plan, by: open.ca.root)
        let leaf = try TestCA.mint(open.ca.leafPlan(), by: short)
        let peer = try open.verify([leaf.der, short.der]).get()
        #expect(peer.notAfterNanoseconds == open.ca.nowNanoseconds + 60 * 1_000_000_000)
    }

    @Test func refusesIssuersThatMayNotIssue() throws {
        #expect(try open.verdictUnder(intermediate: { _ in }) == "accepted")
        #expect(try open.verdictUnder(intermediate: { $0.isAuthority = nil }) == "not_an_authority")
        #expect(
            try open.verdictUnder(intermediate: {
                $0.isAuthority = false
                $0.pathLength = nil
            }) == "not_an_authority")
        #expect(
            try open.verdictUnder(intermediate: { $0.basicConstraintsAreCritical = false })
                == "not_an_authority")
        #expect(
            try open.verdictUnder(intermediate: { $0.keyUsage = nil }) == "not_an_authority")
        #expect(
            try open.verdictUnder(intermediate: { $0.keyUsageIsCritical = false })
                == "not_an_authority")
        #expect(
            try open.verdictUnder(intermediate: {
                $0.keyUsage = KeyUsage(digitalSignature: true, cRLSign: true)
            }) == "not_an_authority")
        #expect(
            try open.verdictUnder(intermediate: { $0.extendedKeyUsages = [.codeSigning] })
                == "extended_key_usage")
    }

    @Test func refusesALeafThatIssuesAnotherLeaf() throws {
        let ca = open.ca
        let leaf = try ca.leaf()
        let second = try TestCA.mint(ca.leafPlan("/second"), by: leaf)
        #expect(
            open.verdict([second.der, leaf.der, ca.intermediate.der]) == "not_an_authority")
    }

    @Test func refusesMoreIntermediatesThanAnAuthorityAllows() throws {
        let ca = open.ca
        let second = try TestCA.mint(ca.authorityPlan("second"), by: ca.intermediate)
        let leaf = try TestCA.mint(ca.leafPlan(), by: second)
        #expect(
            open.verdict([leaf.der, second.der, ca.intermediate.der]) == "path_length")
        let wide = try TestCA.mint(ca.authorityPlan("wide", pathLength: 1), by: ca.root)
        let below = try TestCA.mint(ca.authorityPlan("below", pathLength: 0), by: wide)
        let good = try TestCA.mint(ca.leafPlan(), by: below)
        #expect(open.verdict([good.der, below.der, wide.der]) == "accepted")
    }

    @Test func refusesAnAuthorityThatSpeaksForAnotherTrustDomain() throws {
        #expect(
            try open.verdictUnder(intermediate: { $0.uris = ["spiffe://other.test"] })
                == "untrusted")
        #expect(
            try open.verdictUnder(intermediate: { $0.uris = ["spiffe://maxine.test/ca"] })
                == "not_an_authority")
        #expect(try open.verdictUnder(intermediate: { $0.uris = [] }) == "accepted")
    }

    @Test func verifiesATrustDomainAgainstItsOwnBundleOnly() throws {
        let other = try TestCA(trustDomain: "other.test")
        fixture.trust.setBundle(
            try TrustBundle(trustDomain: "other.test", derCertificates: [other.root.der]))
        #expect(fixture.verdict(other.chain(try other.leaf())) == "accepted")
        // other.test's authority issues an identity of maxine.test
        var plan = fixture.ca.leafPlan()
        plan.uris = ["spiffe://maxine.test/ns/default/dc/dc1/svc/web"]
        let forged = try TestCA.mint(plan, by: other.intermediate)
        #expect(fixture.verdict([forged.der, other.intermediate.der]) == "untrusted")
        fixture.trust.removeBundle(trustDomain: "other.test")
        #expect(fixture.verdict(other.chain(try other.leaf())) == "unknown_trust_domain")
    }

    @Test func refusesAnIntermediateOfOurDomainThatWeNeverMade() throws {
        #expect(try fixture.verdictUnder(intermediate: { _ in }) == "unknown_intermediate")
        #expect(try open.verdictUnder(intermediate: { _ in }) == "accepted")
    }
}
