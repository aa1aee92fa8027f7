@testable import Audit
import Foundation
@testable import PKI
import Policy
import ProofSupport
import Support
import Testing

/// Intermediates go through their states one way, and what each state means holds at once and after a restart.
@Suite struct AuthorityStepTests {
    let fixture: OfficeFixture

    init() throws { fixture = try OfficeFixture() }

    @Test func aFolderOfBeforeIsReadAsItsFirstAuthorities() throws {
        let store = try fixture.open()
        let ledger = store.authorities.ledger
        #expect(ledger.authorities.map(\.kind) == [.root, .intermediate])
        #expect(ledger.authorities.map(\.stage) == [.active, .active])
        #expect(ledger.active(.intermediate)?.issuerKeyID == ledger.active(.root)?.keyID)
        #expect(
            try fixture.scratch.names("pki")
                == ["intermediate.key", "intermediate.pem", "root.key", "root.pem"])
        #expect(try fixture.open().authorities.ledger == ledger)
    }

    @Test func whatIsPreparedSignsNothingUntilItIsActive() throws {
        let store = try fixture.open()
        let first = store.authority.keyID
        let prepared = try fixture.take(.prepare, in: store).prepared
        #expect(store.states == [.active, .prepared])
        #expect(try fixture.identity(of: store).issuerKeyID == first)
        let change = try fixture.take(.activate, in: store)
        #expect(change.activated == prepared && change.old == [first])
        #expect(store.states == [.old, .active])
        #expect(try fixture.identity(of: store).issuerKeyID == prepared.first)
    }

    @Test func whatTheOldOneSignedStaysGood() throws {
        let store = try fixture.open()
        let before = try fixture.identity(of: store)
        try fixture.take(.rotate, in: store)
        let after = try fixture.identity(of: store)
        for current in [store, try fixture.open()] {
            #expect(fixture.verdict(on: before, in: current) == "accepted")
            #expect(fixture.verdict(on: after, in: current) == "accepted")
            #expect(current.authority.keyID == after.issuerKeyID)
            #expect(current.states == [.old, .active])
        }
    }

    @Test func whatARevokedOneSignedIsTakenNoMore() throws {
        let store = try fixture.open()
        let before = try fixture.identity(of: store)
        try fixture.take(.rotate, in: store)
        try fixture.take(.revoke(before.issuerKeyID), in: store)
        let after = try fixture.identity(of: store)
        for current in [store, try fixture.open()] {
            #expect(fixture.verdict(on: before, in: current) == "revoked_authority")
            #expect(fixture.verdict(on: after, in: current) == "accepted")
        }
    }

    @Test func aTaintedOneServesUntilItIsRevoked() throws {
        let store = try fixture.open()
        let before = try fixture.identity(of: store)
        try fixture.take(.rotate, in: store)
        try fixture.take(.taint(before.issuerKeyID), in: store)
        #expect(fixture.verdict(on: before, in: store) == "accepted")
        let resumed = SVIDVerifier(trust: store.trust).reverify(
            leafDER: before.chainDER[0], nowNanoseconds: OfficeFixture.now)
        switch resumed {
        case .success: Issue.record("a session is resumed")
        case .failure(let refusal): #expect(refusal.code == "tainted")
        }
        #expect(try fixture.open().states == [.tainted, .active])
        try fixture.take(.revoke(before.issuerKeyID), in: store)
        #expect(fixture.verdict(on: before, in: store) == "revoked_authority")
    }

    /// Whoever asked may have been told that it was done.
    @Test func anIntentWithoutItsOutcomeIsDoneByTheNextStart() throws {
        let store = try fixture.open()
        let first = store.authority.keyID
        try fixture.take(.rotate, in: store)
        let later = try fixture.open()
        let line =
            #"{"seq":9,"time":"2026-11-23T12:00:00.000000000Z","type":"intent","action":"ca.taint","#
            + #""resource":{"id":"\#(first)"},"detail":{"step":"taint"}}"#
        later.authorities.replay(try #require(ReplayedRecord(line: Array(line.utf8))))
        #expect(later.authorities.restoration == .taint(first))
        try fixture.take(.taint(first), in: later)
        #expect(later.authorities.restoration == nil)
        let taken = try #require(later.authorities.ledger.steps.last)
        for (sequence, status) in [(taken, 200), (taken + 1, 500)] as [(UInt64, UInt16)] {
            let closed = later.authorities.closing(
                of: OpenIntent(sequence: sequence, action: "ca.taint"))
            #expect(closed.status == status, "\(closed)")
        }
    }

    @Test func stepsThatDoNotFitTheStateAreRefused() throws {
        let store = try fixture.open()
        let active = store.authority.keyID
        #expect(fixture.code(.activate, in: store) == "wrong_state")
        #expect(fixture.code(.taint(active), in: store) == "wrong_state")
        #expect(fixture.code(.revoke(active), in: store) == "wrong_state")
        #expect(fixture.code(.taint("00"), in: store) == "unknown_authority")
        let prepared = try #require(try fixture.take(.prepare, in: store).prepared.first)
        #expect(fixture.code(.prepare, in: store) == "wrong_state")
        #expect(fixture.code(.taint(prepared), in: store) == "wrong_state")
        #expect(fixture.code(.revoke(prepared), in: store) == "wrong_state")
        #expect(fixture.code(.rotate, in: store) == "done", "it takes the prepared one")
        #expect(store.states == [.old, .active])
        try fixture.take(.revoke(active), in: store)
        #expect(fixture.code(.revoke(active), in: store) == "wrong_state")
        #expect(fixture.code(.taint(active), in: store) == "wrong_state")
    }

    @Test func aCompromisedOneIsOutInOneStepWhateverItsState() throws {
        let store = try fixture.open()
        let first = store.authority.keyID
        let leaf = try fixture.identity(of: store)
        let change = try fixture.take(.compromise(first), in: store)
        #expect(change.revoked == [first] && change.activated == change.prepared)
        #expect(store.states == [.revoked, .active])
        #expect(fixture.verdict(on: leaf, in: store) != "accepted")
        #expect(try fixture.identity(of: store).issuerKeyID == change.activated.first)
        #expect(fixture.code(.compromise(first), in: store) == "wrong_state")
        let prepared = try #require(try fixture.take(.prepare, in: store).prepared.first)
        try fixture.take(.compromise(prepared), in: store)
        #expect(store.states == [.revoked, .active, .revoked])
        let root = try #require(store.authorities.ledger.active(.root)?.keyID)
        #expect(fixture.code(.compromise(root), in: store) == "wrong_state")
        #expect(try fixture.open().states == [.revoked, .active, .revoked])
    }

    @Test func aCompromisedOneIsFollowedByTheOneThatIsPrepared() throws {
        let store = try fixture.open()
        let first = store.authority.keyID
        let prepared = try fixture.take(.prepare, in: store).prepared
        let change = try fixture.take(.compromise(first), in: store)
        #expect(change.prepared.isEmpty && change.activated == prepared)
        #expect(store.states == [.revoked, .active])
    }

    @Test func aPreparedOneWithoutItsKeyIsNoWholeFolder() throws {
        let store = try fixture.open()
        try fixture.take(.prepare, in: store)
        let file = try #require(store.authorities.ledger.prepared(.intermediate)?.file)
        let path = fixture.scratch.path("pki/\(file).key")
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: PKIError.unusableFiles("\(path) is missing: restore it from a backup")) {
            try fixture.open()
        }
    }

    @Test func theRadiusOfAnAuthorityIsWhoHoldsItsLeaves() throws {
        let store = try fixture.open()
        let first = store.authority.keyID
        try fixture.issue(from: store)
        try fixture.issue(from: store)
        let radius = { (keyID: String, time: Int64) in
            let permit = try fixture.house.permit(.caRead, Resource(id: keyID))
            let receipt = try fixture.house.receipt(
                Record(kind: .decision, action: "ca.read", decisionID: permit.decisionID))
            return try store.authorities.radius(
                of: keyID, permit: permit, receipt: receipt,
                nowNanoseconds: OfficeFixture.now + time)
        }
        let found = try radius(first, 0)
        #expect(found.leaves == 2)
        #expect(found.holders == ["spiffe://maxine.test/ns/default/dc/dc1/svc/web"])
        #expect(found.successor == nil)
        let root = try #require(store.authorities.ledger.active(.root)?.keyID)
        #expect(try radius(root, 0).below.map(\.keyID) == [first])
        #expect(try radius(root, 0).holders.count == 1)
        #expect(try radius(first, OfficeFixture.day).holders.isEmpty)
        #expect(throws: PKIError.unknownAuthority("00")) { try radius("00", 0) }
        let permit = try fixture.house.permit(.caRead, Resource(id: root))
        let receipt = try fixture.house.receipt(
            Record(kind: .decision, action: "ca.read", decisionID: permit.decisionID))
        do throws(PKIError) {
            _ = try store.authorities.radius(
                of: first, permit: permit, receipt: receipt, nowNanoseconds: OfficeFixture.now)
            Issue.record("shown with the permit for another")
        } catch {
            #expect(error.code == "unproven")
        }
    }

    @Test func nothingIsMadeWithoutItsPermitAndReceipt() throws {
        let store = try fixture.open()
        let house = fixture.house
        let names = try fixture.scratch.names("pki")
        for (action, offset) in [(Policy.Action.caTaint, 0), (.caRead, 0), (.caRotate, 1)] {
            let permit = try house.permit(action, Resource())
            let receipt = try house.receipt(
                Record(
                    kind: .intent, action: action.name,
                    decisionID: permit.decisionID &+ UInt64(offset)))
            do throws(PKIError) {
                _ = try store.authorities.take(
                    .rotate, permit: permit, receipt: receipt, nowNanoseconds: OfficeFixture.now)
                Issue.record("taken with a permit for \(action.name)")
            } catch {
                #expect(error.code == "unproven")
            }
        }
        #expect(try fixture.scratch.names("pki") == names)
        #expect(store.states == [.active])
    }

    @Test func anIntermediateNeverOutlivesItsRoot() throws {
        let store = try fixture.open()
        let years = 3650 * OfficeFixture.day
        #expect(
            fixture.code(.prepare, in: store, after: years - 100 * OfficeFixture.day)
                == "authority_ending")
        let late = years - 300 * OfficeFixture.day
        try fixture.take(.prepare, in: store, after: late)
        let root = try #require(store.authorities.ledger.active(.root))
        #expect(
            store.authorities.ledger.prepared(.intermediate)?.notAfterNanoseconds
                == root.notAfterNanoseconds)
        #expect(
            fixture.code(.activate, in: store, after: years + OfficeFixture.day)
                == "authority_ending")
    }

    @Test func theLedgerHoldsNoMoreThanItMay() throws {
        let store = try fixture.open()
        for _ in 0..<PKILimits.authoritiesMax - 2 { try fixture.take(.rotate, in: store) }
        #expect(fixture.code(.rotate, in: store) == "wrong_state")
        #expect(try fixture.open().states.count == PKILimits.authoritiesMax - 1)
    }

    @Test func leavesAreCountedByTheirAuthority() throws {
        let store = try fixture.open()
        let tally = store.authorities.tally
        let first = store.authority.keyID
        for _ in 0..<3 { _ = try fixture.identity(of: store) }
        try fixture.take(.rotate, in: store)
        _ = try fixture.identity(of: store)
        let now = OfficeFixture.now
        #expect(tally.unended(first, nowNanoseconds: now) == 3)
        #expect(tally.unended(store.authority.keyID, nowNanoseconds: now) == 1)
        #expect(tally.unended(first, nowNanoseconds: now + 2 * OfficeFixture.day) == 0)
    }
}
