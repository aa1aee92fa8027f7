import Audit
import Auth
import PKI
import Policy
import ProofSupport
import Support
import Testing
import Text

/// How far a revocation reaches, and how long it is kept.
@Suite(.timeLimit(.minutes(10))) struct CertificateRevokingTests {
    private static let now: Int64 = 1_795_435_200_000_000_000
    private static let second = now / 1_000_000_000
    private static let id = "spiffe://maxine.test/ns/default/dc/dc1/svc/web"
    private let house: Gatehouse
    private let trust: TrustStore

    init() throws {
        house = try Gatehouse()
        trust = TrustStore(
            bundles: [], issued: IssuedCertificates(trustDomain: "maxine.test"))
    }

    private func ledger(_ name: String = "a") throws -> CertificateRevocations {
        try CertificateRevocations(
            CredentialStore(path: house.folder.path("\(name).sqlite")), trust: trust,
            trustDomain: "maxine.test")
    }

    private func identity(
        _ id: String = CertificateRevokingTests.id, blocks: Bool = false
    ) throws -> CertificateRevocation {
        CertificateRevocation(
            .identity(try SPIFFEID(parsing: id), blocksIssuance: blocks), reason: "x")
    }

    /// "done", or why not.
    private func revoke(
        _ revocation: CertificateRevocation, in ledger: CertificateRevocations,
        at time: Int64 = now, permitFor id: String? = nil
    ) throws -> String {
        let permit = try house.permit(.caRevoke, Resource(id: id ?? revocation.id))
        let receipt = try house.receipt(
            Record(kind: .intent, action: "ca.revoke", decisionID: permit.decisionID))
        do throws(AuthError) {
            try ledger.revoke(revocation, permit: permit, receipt: receipt, nowNanoseconds: time)
            return "done"
        } catch {
            return "\(error)"
        }
    }

    private var until: Int64? {
        trust.snapshot.revocations.identities[ExactText(Self.id)]?.untilSeconds
    }

    private func issue(atSeconds seconds: Int64) {
        trust.issued?.insert(
            certificateSHA256: String(repeating: "ab", count: 32),
            endNanoseconds: Self.now + 1_000_000_000_000, issuedSeconds: seconds)
    }

    @Test func whatWasIssuedBeforeTheClockWasSetBackIsRevokedToo() throws {
        let ledger = try ledger()
        #expect(try revoke(identity(), in: ledger) == "done")
        #expect(until == Self.second)
        issue(atSeconds: Self.second + 500)
        #expect(try revoke(identity(), in: ledger) == "done")
        #expect(until == Self.second + 500)
    }

    @Test func aLaterOneNeverReachesLessFar() throws {
        let ledger = try ledger()
        #expect(try revoke(identity(), in: ledger) == "done")
        #expect(try revoke(identity(), in: ledger, at: Self.now - 9_000_000_000) == "done")
        #expect(until == Self.second)
    }

    @Test func aPermitIsForOneRevocation() throws {
        let ledger = try ledger()
        #expect(try revoke(identity(), in: ledger, permitFor: "r-other") != "done")
        #expect(ledger.count == 0 && until == nil)
    }

    /// It is done a moment after its record, and before that more may have been issued.
    @Test func aStartRevokesUpToTheSecondAfterTheRecord() throws {
        let line =
            #"{"seq":0,"time":"2026-11-23T12:00:00.000000000Z","type":"intent","action":"ca.revoke","detail":"#
            + #"{"revoked":{"id":"r-1","spiffe_id":"\#(Self.id)","issuance":"allowed","why":"x"}}}"#
        let record = try #require(ReplayedRecord(line: Array(line.utf8)))
        let at = try #require(CivilTime.nanoseconds(rfc3339: "2026-11-23T12:00:00Z"))
        let first = try ledger("first")
        first.replay(record)
        try first.finishReplay(nowNanoseconds: at)
        #expect(until == at / 1_000_000_000 + 1)
        issue(atSeconds: at / 1_000_000_000 + 70)
        let second = try ledger("second")
        second.replay(record)
        try second.finishReplay(nowNanoseconds: at)
        #expect(until == at / 1_000_000_000 + 70)
    }

    @Test func theStoreHasItWithoutTheLog() async throws {
        let first = try ledger()
        #expect(try revoke(identity(), in: first) == "done")
        try await first.write()
        let again = try ledger()
        #expect(again.count == 1)
    }

    @Test func whatMayStillBeOnACertificateIsKept() async throws {
        let ledger = try ledger()
        let foreign = "spiffe://other.test/ns/default/dc/dc1/svc/web"
        for revocation in [
            try identity(), try identity(blocks: true), try identity(foreign),
            CertificateRevocation(.certificate(serial: "4f", authority: nil), reason: "x"),
            CertificateRevocation(.certificate(serial: "4f", authority: "aa"), reason: "x"),
            CertificateRevocation(.authority("bb"), reason: "x"),
        ] {
            #expect(try revoke(revocation, in: ledger) == "done")
        }
        #expect(ledger.count == 6)
        ledger.forgetEnded(nowNanoseconds: Self.now + 1_000_000_000 * 91 * 86_400)
        // The last one on the identity blocks it, the others are on what is not ours, or on an authority.
        #expect(ledger.count == 4)
        let set = trust.snapshot.revocations
        #expect(set.identities[ExactText(Self.id)]?.blocksIssuance == true)
        #expect(set.identities[ExactText(foreign)] != nil)
        #expect(set.certificates == [.init(issuerKeyID: "aa", serial: "4f")])
        #expect(set.revokedKeyIDs == ["bb"])
    }

    @Test func whatIsForgottenIsInForceNoLonger() throws {
        let ledger = try ledger()
        #expect(try revoke(identity(), in: ledger) == "done")
        ledger.forgetEnded(nowNanoseconds: Self.now + 1_000_000_000 * 91 * 86_400)
        #expect(ledger.count == 0)
        #expect(trust.snapshot.revocations.isEmpty)
    }
}
