import Policy
@testable import PKI
import Support
import Testing
import Text

/// Who was let in before, and may go on no longer.
@Suite struct RevocationSetTests {
    private let store: TrustDomainStore
    private let peer: VerifiedPeer
    private let leaf: IssuedSVID
    private let second = OfficeFixture.now / 1_000_000_000

    init() throws {
        let fixture = try OfficeFixture()
        store = try fixture.open()
        leaf = try fixture.issue(from: store)
        peer = try SVIDVerifier(trust: store.trust).verify(
            UnverifiedChain(derCertificates: leaf.chainDER), nowNanoseconds: OfficeFixture.now
        ).get()
    }

    private func code(_ set: RevocationSet, isResumed: Bool = false) -> String? {
        set.refusal(of: peer, isResumed: isResumed)?.code
    }

    private func cut(_ seconds: Int64, blocks: Bool = false) -> RevocationSet {
        RevocationSet(identities: [
            ExactText(peer.spiffeID.description): .init(
                untilSeconds: seconds, blocksIssuance: blocks)
        ])
    }

    @Test func byAuthorityOrNumber() {
        #expect(code(RevocationSet()) == nil)
        #expect(code(RevocationSet(revokedKeyIDs: [peer.issuerKeyID])) == "revoked_authority")
        let entry = RevocationSet.Entry(issuerKeyID: peer.issuerKeyID, serial: peer.serial)
        #expect(code(RevocationSet(certificates: [entry])) == "revoked")
        let other = RevocationSet.Entry(issuerKeyID: "aa", serial: peer.serial)
        #expect(code(RevocationSet(certificates: [other])) == nil)
    }

    @Test func ofATaintedAuthorityOnlyAResumedSessionIs() {
        let set = RevocationSet(taintedKeyIDs: [peer.issuerKeyID])
        #expect(code(set) == nil)
        #expect(code(set, isResumed: true) == "tainted")
    }

    @Test func anIdentityIsByTheSecondOfItsIssue() {
        #expect(code(cut(second - 1)) == nil)
        #expect(code(cut(second)) == "revoked")
        #expect(code(cut(0, blocks: true)) == "revoked", "whenever it was issued")
    }

    @Test func aHandshakeIsJudgedAlike() {
        let verifier = SVIDVerifier(trust: store.trust)
        let chain = UnverifiedChain(derCertificates: leaf.chainDER)
        let sets = [
            (cut(second), "revoked"), (cut(0, blocks: true), "revoked"),
            (
                RevocationSet(certificates: [
                    .init(issuerKeyID: peer.issuerKeyID, serial: peer.serial)
                ]), "revoked"
            ),
            (RevocationSet(revokedKeyIDs: [peer.issuerKeyID]), "revoked_authority"),
        ]
        for (set, code) in sets {
            store.trust.setRevocations(set)
            for verdict in [
                verifier.verify(chain, nowNanoseconds: OfficeFixture.now),
                verifier.reverify(
                    leafDER: leaf.chainDER[0], nowNanoseconds: OfficeFixture.now),
            ] {
                switch verdict {
                case .success: Issue.record("let in: \(code)")
                case .failure(let refusal): #expect(refusal.code == code)
                }
            }
        }
        store.trust.setRevocations(cut(second - 1))
        #expect(throws: Never.self) {
            try verifier.verify(chain, nowNanoseconds: OfficeFixture.now).get()
        }
    }
}
