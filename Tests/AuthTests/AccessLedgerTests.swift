import Audit
import Auth
import Policy
import ProofSupport
import Support
import Testing

/// The ledger of locks and given roles by itself.
@Suite(.timeLimit(.minutes(1))) struct AccessLedgerTests {
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

        /// Locks a user for another one; whether that was done.
        func lock(_ user: String, by maker: String) throws -> AccessRefusal? {
            var own = Principal(kind: .user, id: maker, authentication: .session)
            own.membership = Membership(provider: "idp", isOnlyProvider: true)
            let plan = LockPlan(.user(user), reason: "x", seconds: nil)
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
