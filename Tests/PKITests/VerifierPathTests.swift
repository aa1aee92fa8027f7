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

    @Test func completesAChainWithOurOwnIntermediateOnly() throws {
        #expect(fixture.verdict([try fixture.ca.leaf().der]) == "accepted")
        #expect(open.verdict([try open.ca.leaf().der]) == "untrusted")
    }

    /// RFC 8446 section 4.4.2: only the leaf has a place of its own.
    @Test func takesAChainInAnyOrderAndWithMoreThanItNeeds() throws {
        for fixture in [fixture, open] {
            let ca = fixture.ca
            let leaf = try ca.leaf().der
            let stranger = try TestCA()
            let rest = [ca.intermediate.der, ca.root.der, stranger.intermediate.der]
            for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
                #expect(fixture.verdict([leaf] + order.map { rest[$0] }) == "accepted")
            }
            #expect(fixture.verdict([leaf, rest[0], rest[0]]) == "accepted")
            #expect(fixture.verdict([rest[0], leaf]) != "accepted", "the leaf has to come first")
        }
        let stranger = try TestCA()
        let lost = [try open.ca.leaf().der, stranger.intermediate.der, stranger.root.der]
        #expect(open.verdict(lost) == "out_of_order")
    }

    /// A copy of our intermediate's names can't spoil a chain that is good without it.
    @Test func aForgedIntermediateBesideOursChangesNothing() throws {
        let leaf = try fixture.ca.leaf().der
        let forged = try forgery(of: fixture.ca)
        #expect(fixture.verdict([leaf, forged]) == "accepted")
        #expect(fixture.verdict([leaf, forged, fixture.ca.intermediate.der]) == "accepted")
        #expect(open.verdict([try open.ca.leaf().der, try forgery(of: open.ca)]) == "untrusted")
    }

    /// A stranger's certificate with the name and key identifier of an intermediate.
    private func forgery(of ca: TestCA) throws -> [UInt8] {
        var plan = ca.authorityPlan("\(ca.trustDomain) intermediate", pathLength: 0)
        plan.hasSubjectKeyIdentifier = false
        plan.extraExtensions = [
            try .init(
                SubjectKeyIdentifier(keyIdentifier: ca.intermediate.keyIdentifier[...]),
                critical: false)
        ]
        return try TestCA.mint(plan, by: TestCA().root).der
    }

    @Test func refusesKeyIdentifiersThatDoNotChain() throws {
        let wrong = try fixture.verdict { $0.authorityKeyIdentifier = [1, 2, 3] }
        #expect(wrong == "out_of_order")
        let missing = try fixture.verdict { $0.hasAuthorityKeyIdentifier = false }
        #expect(missing == "out_of_order")
        let authority = try open.verdictUnder(intermediate: { $0.hasSubjectKeyIdentifier = false })
        #expect(authority == "out_of_order")
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
