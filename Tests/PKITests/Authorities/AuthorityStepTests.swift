import Foundation
@testable import PKI
import Support
import Testing

/// Rotation, taint and revocation, step by step (reference: prepared, active, old, tainted, revoked).
@Suite("Authorities step by step")
struct AuthorityStepTests {
    private let fixture: OfficeFixture

    init() throws {
        fixture = try OfficeFixture()
    }

    private var office: AuthorityOffice { fixture.office }

    @Test func rotatesTheIntermediateWithoutRefusingWhatTheOldOneSigned() throws {
        let before = try fixture.issue()
        let old = fixture.active(.intermediate)
        _ = try office.prepare(.intermediate, nowNanoseconds: OfficeFixture.at(1))
        #expect(try fixture.issue(at: 2).issuerKeyID == old, "a prepared one signs nothing")
        _ = try office.activate(.intermediate, nowNanoseconds: OfficeFixture.at(3))
        let after = try fixture.issue(at: 4)
        #expect(after.issuerKeyID != old)
        #expect(fixture.verdict(before, at: 4) == "accepted")
        #expect(fixture.verdict(after, at: 4) == "accepted")
    }

    @Test func preparesOneAtATimeAndActivatesOnlyWhatIsPrepared() throws {
        for kind in AuthorityKind.allCases {
            #expect(
                fixture.code { _ = try office.activate(kind, nowNanoseconds: OfficeFixture.at(1)) }
                    == "wrong_state")
            _ = try office.prepare(kind, nowNanoseconds: OfficeFixture.at(1))
            #expect(
                fixture.code { _ = try office.prepare(kind, nowNanoseconds: OfficeFixture.at(1)) }
                    == "wrong_state")
        }
    }

    @Test func publishesANewRootBeforeItSignsAnything() throws {
        let sequence = office.ledger.sequence
        _ = try office.prepare(.root, nowNanoseconds: OfficeFixture.at(1))
        let bundle = try #require(fixture.store.trust.snapshot.bundles["maxine.test"])
        #expect(bundle.derCertificates.count == 2)
        #expect(bundle.sequence == sequence + 1)
        let readers = TrustStore(bundles: [bundle], intermediates: nil)
        #expect(fixture.verdict(try fixture.issue(at: 2), at: 2, trust: readers) == "accepted")
        _ = try office.activate(.root, nowNanoseconds: OfficeFixture.at(3))
        #expect(fixture.verdict(try fixture.issue(at: 4), at: 4, trust: readers) == "accepted")
    }

    @Test func waitsForEveryReaderBeforeANewRootSigns() throws {
        office.adoption.note(
            "stream 1", sequence: office.ledger.sequence, nowNanoseconds: OfficeFixture.at(0))
        _ = try office.prepare(.root, nowNanoseconds: OfficeFixture.at(1))
        #expect(
            fixture.code { _ = try office.activate(.root, nowNanoseconds: OfficeFixture.at(2)) }
                == "wrong_state")
        office.adoption.note(
            "stream 1", sequence: office.ledger.sequence, nowNanoseconds: OfficeFixture.at(3))
        #expect(
            fixture.code { _ = try office.activate(.root, nowNanoseconds: OfficeFixture.at(4)) }
                == "done")
    }

    @Test func sendsTheCrossSignedRootToThoseWhoKnowOnlyTheOldOne() throws {
        let old = try #require(fixture.store.trust.snapshot.bundles["maxine.test"])
        let laggard = TrustStore(bundles: [old])
        _ = try office.prepare(.root, crossSign: true, nowNanoseconds: OfficeFixture.at(1))
        let new = try #require(fixture.store.trust.snapshot.bundles["maxine.test"])
        _ = try office.activate(.root, nowNanoseconds: OfficeFixture.at(2))
        let svid = try fixture.issue(at: 3)
        #expect(svid.chainDER.count == 3)
        #expect(fixture.verdict(svid, at: 3, trust: laggard) == "accepted")
        #expect(fixture.verdict(svid, at: 3) == "accepted")
        let newOnly = TrustStore(bundles: [
            try TrustBundle(
                trustDomain: "maxine.test", derCertificates: [new.derCertificates[1]])
        ])
        #expect(fixture.verdict(svid, at: 3, trust: newOnly) == "accepted")
    }

    @Test func removesTheOldRootAfterItsLastLeaf() throws {
        let leaf = try fixture.issue(ttl: 3600)
        _ = try office.rotate(.root, nowNanoseconds: OfficeFixture.at(10))
        #expect(try office.prune(nowNanoseconds: OfficeFixture.at(3600)).removed.isEmpty)
        #expect(fixture.verdict(leaf, at: 3599) == "accepted")
        let removed = try office.prune(nowNanoseconds: OfficeFixture.at(3700)).removed
        #expect(removed.count == 1, "the intermediate goes first")
        #expect(try office.prune(nowNanoseconds: OfficeFixture.at(3701)).removed.count == 1)
        #expect(office.ledger.published(.root).count == 1)
        #expect(try fixture.issue(at: 3702).chainDER.count == 2)
        #expect(try fixture.reopened(at: 3703).office.ledger == office.ledger)
    }

    @Test func neverTaintsWhatSignsNow() throws {
        for kind in AuthorityKind.allCases {
            let code = fixture.code {
                _ = try office.taint(fixture.active(kind), nowNanoseconds: OfficeFixture.at(1))
            }
            #expect(code == "wrong_state")
            let revoked = fixture.code {
                _ = try office.revoke(fixture.active(kind), nowNanoseconds: OfficeFixture.at(1))
            }
            #expect(revoked == "wrong_state")
        }
        #expect(
            fixture.code { _ = try office.taint("ff", nowNanoseconds: OfficeFixture.at(1)) }
                == "wrong_state")
    }

    @Test func refusesWhatATaintedAuthoritySignedEvenIfThePeerBringsItAlong() throws {
        let svid = try fixture.issue()
        let old = fixture.active(.intermediate)
        _ = try office.rotate(.intermediate, nowNanoseconds: OfficeFixture.at(1))
        #expect(fixture.verdict(svid, at: 2) == "accepted")
        _ = try office.taint(old, nowNanoseconds: OfficeFixture.at(2))
        #expect(fixture.verdict(svid, at: 3) == "tainted")
        _ = try office.revoke(old, nowNanoseconds: OfficeFixture.at(4))
        #expect(fixture.verdict(svid, at: 5) == "tainted")
        #expect(fixture.verdict(try fixture.issue(at: 5), at: 5) == "accepted")
    }

    @Test func takesATaintedRootOutOfTheBundle() throws {
        let svid = try fixture.issue()
        let old = fixture.active(.root)
        _ = try office.rotate(.root, nowNanoseconds: OfficeFixture.at(1))
        let sequence = office.ledger.sequence
        _ = try office.taint(old, nowNanoseconds: OfficeFixture.at(2))
        #expect(office.ledger.sequence == sequence + 1)
        #expect(fixture.store.trust.snapshot.bundles["maxine.test"]?.derCertificates.count == 1)
        #expect(fixture.verdict(svid, at: 3) != "accepted")
        #expect(fixture.verdict(try fixture.issue(at: 3), at: 3) == "accepted")
    }

    @Test func revokesOneCertificateByItsSerialNumber() throws {
        let gone = try fixture.issue()
        let kept = try fixture.issue()
        let change = try office.revokeCertificate(
            serial: gone.serial, issuerKeyID: nil, nowNanoseconds: OfficeFixture.at(1))
        #expect(change.certificates.map(\.serial) == [gone.serial])
        #expect(fixture.verdict(gone, at: 2) == "revoked")
        #expect(fixture.verdict(kept, at: 2) == "accepted")
        for bad in ["", "xyz", "ABCD", "abc", String(repeating: "a", count: 42)] {
            let code = fixture.code {
                _ = try office.revokeCertificate(
                    serial: bad, issuerKeyID: nil, nowNanoseconds: OfficeFixture.at(1))
            }
            #expect(code == "wrong_state", "\(bad)")
        }
    }

    @Test(arguments: AuthorityKind.allCases)
    func answersACompromiseInOneStep(_ kind: AuthorityKind) throws {
        let svid = try fixture.issue()
        let token = try fixture.token()
        let lost = fixture.active(kind)
        let change = try office.compromise(lost, nowNanoseconds: OfficeFixture.at(1))
        #expect(change.tainted == [lost] && change.endsConnections)
        #expect(fixture.active(kind) != lost)
        #expect(fixture.verdict(try fixture.issue(at: 2), at: 2) == "accepted")
        if kind == .jwt {
            let verdict = JWTSVIDVerifier(trust: fixture.store.trust).verify(
                token.token, audience: "api", nowNanoseconds: OfficeFixture.at(2))
            #expect(verdict == .failure(.tainted(keyID: lost)))
        } else {
            #expect(fixture.verdict(svid, at: 2) != "accepted")
        }
    }

    @Test func keepsOldTokensGoodWhileTheKeyIsOld() throws {
        let token = try fixture.token()
        _ = try office.rotate(.jwt, nowNanoseconds: OfficeFixture.at(1))
        let verifier = JWTSVIDVerifier(trust: fixture.store.trust)
        #expect(throws: Never.self) {
            try verifier.verify(
                token.token, audience: "api", nowNanoseconds: OfficeFixture.at(299)
            ).get()
        }
        #expect(try fixture.token(at: 2).keyID != token.keyID)
        _ = try office.prune(nowNanoseconds: OfficeFixture.at(3700))
        #expect(office.ledger.published(.jwt).count == 1)
    }

    @Test func comesBackAsItWas() throws {
        _ = try office.rotate(.root, nowNanoseconds: OfficeFixture.at(1))
        _ = try office.rotate(.intermediate, nowNanoseconds: OfficeFixture.at(2))
        _ = try office.rotate(.jwt, nowNanoseconds: OfficeFixture.at(3))
        let svid = try fixture.issue(at: 4)
        _ = try office.revokeCertificate(
            serial: svid.serial, issuerKeyID: nil, nowNanoseconds: OfficeFixture.at(5))
        let again = try fixture.reopened(at: 6)
        #expect(again.office.ledger == office.ledger)
        #expect(fixture.verdict(svid, at: 6, trust: again.trust) == "revoked")
        #expect(
            fixture.verdict(try fixture.issue(at: 7, from: again), at: 7, trust: again.trust)
                == "accepted")
    }

    @Test func aRestoredBackupUnrevokesNothing() throws {
        let svid = try fixture.issue()
        let backup = try Data(
            contentsOf: URL(filePath: fixture.configuration.directory + "/authorities.json"))
        let lost = fixture.active(.intermediate)
        let first = try office.compromise(lost, nowNanoseconds: OfficeFixture.at(1))
        let leaf = try fixture.issue(at: 2)
        let second = try office.revokeCertificate(
            serial: leaf.serial, issuerKeyID: nil, nowNanoseconds: OfficeFixture.at(3))
        try backup.write(to: URL(filePath: fixture.configuration.directory + "/authorities.json"))
        let restored = try fixture.reopened(at: 4)
        #expect(fixture.verdict(svid, at: 4, trust: restored.trust) == "accepted", "the backup")
        #expect(try restored.office.restore([first, second], nowNanoseconds: OfficeFixture.at(4)))
        #expect(fixture.verdict(svid, at: 5, trust: restored.trust) != "accepted")
        #expect(restored.office.ledger.active(.intermediate)?.keyID != lost)
        #expect(
            fixture.verdict(try fixture.issue(at: 5, from: restored), at: 5, trust: restored.trust)
                == "accepted")
        #expect(try !restored.office.restore([first, second], nowNanoseconds: OfficeFixture.at(6)))
    }
}
