import Audit
import Auth
import Policy
import ProofSupport
import Support
import Testing

/// The ledger of locks and given roles by itself.
@Suite(.timeLimit(.minutes(10))) struct AccessLedgerTests {
    private final class Fixture {
        let gatehouse: Gatehouse
        let ledger: AccessLedger

        init() throws {
            gatehouse = try Gatehouse()
            ledger = AccessLedger(
                persons: try PersonVault(path: gatehouse.folder.path("persons.sqlite")))
        }

        private func receipt(_ action: Action, _ decision: UInt64) throws -> Receipt {
            try gatehouse.receipt(
                Record(kind: .intent, action: action.name, decisionID: decision))
        }

        private func user(_ name: String) -> Principal {
            var user = Principal(kind: .user, id: name, authentication: .session)
            user.membership = Membership(provider: "idp", isOnlyProvider: true)
            return user
        }

        /// Begins to lock a user for another one; why not.
        func intend(
            _ user: String, by maker: String, after seconds: Int64 = 0
        ) -> (plan: LockPlan, refusal: AccessRefusal?) {
            let own = self.user(maker)
            let plan = LockPlan(.user(user), reason: "x", seconds: nil)
            let refusal = ledger.intend(
                plan, elapsedNanoseconds: seconds * 1_000_000_000,
                unless: { $0.lock(on: own) != nil })
            return (plan, refusal)
        }

        func unlock(_ id: String) throws {
            let permit = try gatehouse.permit(.lockWrite, Resource(id: id))
            let receipt = try self.receipt(.lockWrite, permit.decisionID)
            try ledger.unlock(id, permit: permit, receipt: receipt).get()
        }

        /// Locks a user for another one; whether that was done.
        func lock(
            _ user: String, by maker: String, _ plan: LockPlan? = nil
        ) throws -> AccessRefusal? {
            let own = self.user(maker)
            let plan = plan ?? LockPlan(.user(user), reason: "x", seconds: nil)
            let permit = try gatehouse.permit(.lockWrite, Resource(id: plan.id))
            let receipt = try self.receipt(.lockWrite, permit.decisionID)
            let made = try ledger.lock(
                plan, permit: permit, receipt: receipt, nowNanoseconds: 0,
                unless: { $0.lock(on: own) != nil })
            guard case .failure(let refusal) = made else { return nil }
            return refusal
        }

        /// Gives roles by records that were written in this order and acted on in the other.
        func assignCrosswise(_ first: UserRoles, _ second: UserRoles) throws {
            let early = try gatehouse.permit(.roleAssign, Resource())
            let late = try gatehouse.permit(.roleAssign, Resource())
            let earlyReceipt = try receipt(.roleAssign, early.decisionID)
            let lateReceipt = try receipt(.roleAssign, late.decisionID)
            _ = try ledger.assign(second, permit: late, receipt: lateReceipt, unless: { _ in nil })
            _ = try ledger.assign(first, permit: early, receipt: earlyReceipt, unless: { _ in nil })
        }

        /// Gives roles; why not.
        func assign(_ user: String, _ roles: [String]) throws -> AccessRefusal? {
            let permit = try gatehouse.permit(.roleAssign, Resource())
            let receipt = try self.receipt(.roleAssign, permit.decisionID)
            let made = try ledger.assign(
                UserRoles(user: user, roles: roles), permit: permit, receipt: receipt,
                unless: { _ in nil })
            guard case .failure(let refusal) = made else { return nil }
            return refusal
        }

        /// Has the ledger read so many intents of a log, and do them.
        func replay(
            _ count: Int, _ action: String, _ detail: (Int) -> String
        ) throws {
            for number in 0..<count {
                let line =
                    #"{"seq":\#(number),"time":"2026-11-23T12:00:00.000000000Z","type":"intent","#
                    + #""action":"\#(action)","resource":{"id":"l-\#(number)"},"detail":\#(detail(number))}"#
                ledger.replay(try #require(ReplayedRecord(line: Array(line.utf8))))
            }
            _ = try ledger.finishReplay(nowNanoseconds: 0)
        }

        /// Has the ledger read one intent on a lock and what came of it.
        func replay(intent: String, status: Int, outcome: String) throws {
            let front = #""time":"2026-11-23T12:00:00.000000000Z","type":"#
            for line in [
                #"{"seq":0,\#(front)"intent","action":"lock.write","resource":{"id":"l-0"},"detail":\#(intent)}"#,
                #"{"seq":1,\#(front)"outcome","action":"lock.write","status":\#(status),"detail":\#(outcome)}"#,
            ] {
                ledger.replay(try #require(ReplayedRecord(line: Array(line.utf8)), "\(line)"))
            }
            _ = try ledger.finishReplay(nowNanoseconds: 0)
        }

        func roles(of user: String) throws -> [String] {
            let permit = try gatehouse.permit(.roleRead, Resource())
            let receipt = try self.receipt(.roleRead, permit.decisionID)
            return try ledger.roles(of: user, permit: permit, receipt: receipt).roles
        }
    }

    @Test func ofTwoWhoLockEachOtherOneIsLeft() throws {
        let fixture = try Fixture()
        #expect(try fixture.lock("idp/bob", by: "idp/alice") == nil)
        #expect(try fixture.lock("idp/alice", by: "idp/bob") == .locksItsMaker)
        #expect(try fixture.lock("ALICE", by: "idp/alice") == .locksItsMaker)
    }

    /// One that is being recorded counts as one that is there, and for no longer than its call may take.
    @Test func aLockThatIsOnItsWayCountsForAMinute() throws {
        let fixture = try Fixture()
        #expect(fixture.intend("idp/bob", by: "idp/alice").refusal == nil)
        let second = fixture.intend("idp/alice", by: "idp/bob", after: 59)
        #expect(second.refusal == .locksItsMaker)
        #expect(fixture.intend("idp/alice", by: "idp/bob", after: 60).refusal == nil)
    }

    @Test func aLockThatWasTakenAwayIsNotOnItsWayAnyMore() throws {
        let fixture = try Fixture()
        let (plan, refusal) = fixture.intend("idp/bob", by: "idp/alice")
        #expect(refusal == nil)
        #expect(try fixture.lock("idp/bob", by: "idp/alice", plan) == nil)
        try fixture.unlock(plan.id)
        #expect(fixture.intend("idp/alice", by: "idp/bob", after: 1).refusal == nil)
    }

    /// A call whose client left has a status of failure and may be done all the same: its outcome says so.
    @Test(arguments: [
        (201, false, true), (499, true, true), (499, false, false), (409, false, false),
    ])
    func whatTheOutcomeSaysWasDoneIsDone(_ status: Int, saysSo: Bool, isThere: Bool) throws {
        let fixture = try Fixture()
        try fixture.replay(
            intent: #"{"lock":{"kind":"user","name":"idp/bob","reason":"x"}}"#, status: status,
            outcome: saysSo ? #"{"intent":0,"done":true}"# : #"{"intent":0}"#)
        // Whoever is locked already may not be locked by bob.
        let refusal = fixture.intend("idp/alice", by: "idp/bob").refusal
        let expected: AccessRefusal? = isThere ? .locksItsMaker : nil
        #expect(refusal == expected)
    }

    @Test func thereAreNoMoreLocksThanThereMayBe() throws {
        let fixture = try Fixture()
        try fixture.replay(AuthLimits.locksMax - 1, "lock.write") {
            #"{"lock":{"kind":"role","name":"r\#($0)","reason":"x"}}"#
        }
        #expect(try fixture.lock("idp/bob", by: "idp/alice") == nil)
        #expect(try fixture.lock("idp/carol", by: "idp/alice") == .tooManyLocks)
        try fixture.unlock("l-0")
        #expect(try fixture.lock("idp/carol", by: "idp/alice") == nil)
    }

    /// Whom everything was taken from makes room.
    @Test func noMoreUsersAreGivenRolesThanMayBe() throws {
        let fixture = try Fixture()
        try fixture.replay(AuthLimits.assignedUsersMax, "role.assign") {
            #"{"roles":{"user":"idp/u\#($0)","given":["x"]}}"#
        }
        #expect(try fixture.assign("idp/new", ["x"]) == .tooManyUsers)
        #expect(try fixture.assign("idp/u0", ["y"]) == nil, "who has some already")
        #expect(try fixture.roles(of: "idp/u0") == ["y"])
        #expect(try fixture.assign("idp/u0", []) == nil)
        #expect(try fixture.assign("idp/new", ["x"]) == nil)
        #expect(try fixture.assign("idp/newer", ["x"]) == .tooManyUsers)
    }

    @Test func aPermitForOneLockMakesNoOther() throws {
        let fixture = try Fixture()
        let plan = LockPlan(.user("idp/bob"), reason: "x", seconds: nil)
        let other = LockPlan(.user("idp/bob"), reason: "x", seconds: nil)
        let permit = try fixture.gatehouse.permit(.lockWrite, Resource(id: other.id))
        let receipt = try fixture.gatehouse.receipt(
            Record(kind: .intent, action: "lock.write", decisionID: permit.decisionID))
        do throws(AuthError) {
            _ = try fixture.ledger.unlock(plan.id, permit: permit, receipt: receipt)
            Issue.record("taken away")
        } catch {
            #expect(error.code == "auth.unproven")
        }
    }

    /// The log says in which order it was, also where the loops did not keep to it.
    @Test func theRolesOfTheLaterRecordHold() throws {
        let fixture = try Fixture()
        try fixture.assignCrosswise(
            UserRoles(user: "idp/bob", roles: ["first"]),
            UserRoles(user: "idp/bob", roles: ["second"]))
        #expect(try fixture.roles(of: "idp/bob") == ["second"])
    }
}
