import Foundation
@testable import PKI
import Policy
import Support
import Text
import Testing
import X509

@Suite("Remembered verdicts and resumed sessions")
struct VerifierMemoTests {
    let fixture: VerifierFixture

    init() throws {
        fixture = try VerifierFixture()
    }

    private func reverdict(_ leaf: [UInt8], after seconds: Double = 0) -> String {
        let result = fixture.verifier.reverify(
            leafDER: leaf, nowNanoseconds: fixture.ca.nowNanoseconds + Int64(seconds * 1e9))
        switch result {
        case .success: return "accepted"
        case .failure(let refusal): return refusal.code
        }
    }

    @Test func checksTheTimeOfARememberedLeaf() throws {
        let chain = fixture.ca.chain(try fixture.ca.leaf())
        #expect(fixture.verdict(chain) == "accepted")
        #expect(fixture.verdict(chain, after: 3601) == "expired")
        #expect(fixture.verdict(chain, after: -60) == "not_yet_valid")
        #expect(fixture.verdict(chain, after: 3600) == "accepted")
    }

    @Test func refusesTooLongAChainEvenForARememberedLeaf() throws {
        let chain = fixture.ca.chain(try fixture.ca.leaf())
        #expect(fixture.verdict(chain) == "accepted")
        let long = chain + Array(repeating: fixture.ca.root.der, count: 3)
        #expect(fixture.verdict(long) == "chain_too_long")
    }

    /// What was remembered of another chain with the same leaf changes nothing.
    @Test func eachChainHasOneVerdict() throws {
        let open = try VerifierFixture(known: false)
        let leaf = try open.ca.leaf()
        let stranger = try TestCA().intermediate.der
        for _ in 0..<2 {
            #expect(open.verdict([leaf.der]) == "untrusted")
            #expect(open.verdict([leaf.der, stranger]) == "out_of_order")
            #expect(open.verdict([leaf.der, [0x30, 0]]) == "malformed")
            #expect(open.verdict(open.ca.chain(leaf)) == "accepted")
        }
    }

    @Test func forgetsVerdictsWhenTheTrustChanges() throws {
        let leaf = try fixture.ca.leaf()
        let peer = try fixture.verify(fixture.ca.chain(leaf)).get()
        fixture.trust.setRevocations(
            RevocationSet(
                certificates: [.init(issuerKeyID: peer.issuerKeyID, serial: peer.serial)]))
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "revoked")
        #expect(reverdict(leaf.der) == "revoked")
        fixture.trust.setRevocations(RevocationSet())
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "accepted")
        fixture.trust.removeBundle(trustDomain: "maxine.test")
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "unknown_trust_domain")
    }

    @Test func revocationReachesEveryElementOfThePath() throws {
        let ca = fixture.ca
        let chain = ca.chain(try ca.leaf())
        for (certificate, issuer, element) in [
            (ca.intermediate, ca.root, 1), (ca.root, ca.root, 2),
        ] {
            let entry = RevocationSet.Entry(
                issuerKeyID: hexText(issuer.keyIdentifier),
                serial: hexText(certificate.certificate.serialNumber.bytes))
            fixture.trust.setRevocations(RevocationSet(certificates: [entry]))
            #expect(
                fixture.verify(chain)
                    == .failure(.revoked(element: element, serial: entry.serial)))
        }
    }

    @Test func theEndOfAnAuthorityReachesWhatItIssued() throws {
        let ca = fixture.ca
        let chain = ca.chain(try ca.leaf())
        for authority in [ca.intermediate, ca.root] {
            fixture.trust.setRevocations(
                RevocationSet(revokedKeyIDs: [hexText(authority.keyIdentifier)]))
            #expect(fixture.verdict(chain) == "revoked_authority")
        }
    }

    @Test func aTaintedAuthorityResumesNoSessionAndIsTakenInAFullHandshake() throws {
        let leaf = try fixture.ca.leaf()
        let chain = fixture.ca.chain(leaf)
        let keyID = hexText(fixture.ca.intermediate.keyIdentifier)
        fixture.trust.revise { $0.taintedKeyIDs.insert(keyID) }
        #expect(reverdict(leaf.der) == "tainted")
        #expect(fixture.verdict(chain) == "accepted")
        #expect(reverdict(leaf.der) == "tainted", "the verdict of a full handshake does not help")
        fixture.trust.revise { $0.taintedKeyIDs = [] }
        #expect(reverdict(leaf.der) == "accepted")
    }

    @Test func anIdentityIsRevokedUntilASecond() throws {
        let leaf = try fixture.ca.leaf()
        let peer = try fixture.verify(fixture.ca.chain(leaf)).get()
        let issued = peer.notBeforeNanoseconds / 1_000_000_000 + PKILimits.backdateSeconds
        let name = ExactText(peer.spiffeID.description)
        for (until, blocks, verdict) in [
            (issued - 1, false, "accepted"), (issued, false, "revoked"),
            (issued - 1, true, "revoked"), (Int64.max, false, "revoked"),
        ] {
            fixture.trust.revise {
                $0.identities[name] = .init(untilSeconds: until, blocksIssuance: blocks)
            }
            #expect(fixture.verdict(fixture.ca.chain(leaf)) == verdict)
            #expect(reverdict(leaf.der) == verdict)
            let refusal = fixture.verifier.refusal(of: peer, isResumed: false)
            #expect((refusal == nil) == (verdict == "accepted"))
        }
    }

    @Test func reverifiesAResumedLeafWithOurOwnIntermediate() throws {
        #expect(reverdict(try fixture.ca.leaf().der) == "accepted")
        #expect(reverdict(try fixture.ca.leaf().der, after: 3601) == "expired")
    }

    @Test func refusesAResumedLeafWhoseIssuersAreNotKnown() throws {
        let other = try TestCA(trustDomain: "other.test")
        fixture.trust.setBundle(
            try TrustBundle(trustDomain: "other.test", derCertificates: [other.root.der]))
        let leaf = try other.leaf()
        #expect(reverdict(leaf.der) == "untrusted")
        #expect(fixture.verdict(other.chain(leaf)) == "accepted")
        #expect(reverdict(leaf.der) == "accepted")
        // The path of the full handshake is validated anew after a change of trust.
        fixture.trust.setRevocations(RevocationSet())
        #expect(reverdict(leaf.der) == "accepted")
        fixture.trust.setRevocations(
            RevocationSet(revokedKeyIDs: [hexText(other.intermediate.keyIdentifier)]))
        #expect(reverdict(leaf.der) == "revoked_authority")
    }

    @Test func refusesAResumedLeafAfterItsIntermediateWasForgotten() throws {
        let leaf = try fixture.ca.leaf()
        #expect(fixture.verdict(fixture.ca.chain(leaf)) == "accepted")
        fixture.trust.setIntermediates(
            try KnownIntermediates(trustDomain: "maxine.test", derCertificates: []))
        #expect(reverdict(leaf.der) == "unknown_intermediate")
    }

    @Test func keepsTheMemoWithinItsBound() {
        let memo = GenerationMemo<Int, Int>(capacity: 10)
        for key in 0..<1000 { memo[key] = key }
        #expect(memo.count <= 20)
        #expect(memo[999] == 999)
        #expect(memo[0] == nil)
    }

    @Test func keepsWhatIsAskedForInTheMemo() {
        let memo = GenerationMemo<Int, Int>(capacity: 10)
        memo[-1] = 1
        for key in 0..<1000 {
            memo[key] = key
            #expect(memo[-1] == 1)
        }
    }
}
