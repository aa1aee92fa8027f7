import Audit
import Auth
import Foundation
import Policy
import ProofSupport
import Support
import Testing

/// The ring by itself: what a permit is for is all that is done with it.
@Suite(.timeLimit(.minutes(10))) struct SessionRingTests {
    private static let now: Int64 = 1_800_000_000_000_000_000
    private let gatehouse: Gatehouse
    private let ring: SessionRing

    init() throws {
        gatehouse = try Gatehouse()
        ring = try Self.ring(in: gatehouse)
    }

    /// A ring on the store of the folder.
    private static func ring(in gatehouse: Gatehouse) throws -> SessionRing {
        let store = try CredentialStore(path: gatehouse.folder.path("credentials.sqlite"))
        return try SessionRing(
            store, naming: ServiceNaming(trustDomain: "maxine.local", datacenter: "dc1"),
            issuers: [], revocations: TokenRevocations(),
            resets: BootstrapResets(trustDomain: "maxine.local"), nowNanoseconds: Self.now,
            elapsed: { 0 })
    }

    /// The session of the operator that a bootstrap makes, and the place of its record in the log.
    private func opened() async throws -> (id: String, sequence: UInt64) {
        let secret = SecretText(new: .bootstrap)
        try ring.bootstrapTokens.take(secret, nowNanoseconds: Self.now, seconds: 60, sequence: 0)
        let plan = SessionPlan()
        let permit = try gatehouse.permit(.sessionCreate, Resource(id: plan.id))
        let receipt = try receipt("session.create", permit.decisionID)
        let sequence = receipt.sequence
        let made = try await ring.bootstrap(
            plan, with: secret.bytes, permit: permit, receipt: receipt, nowNanoseconds: Self.now)
        return (try made.get().session.id, sequence)
    }

    private func open() async throws -> String { try await opened().id }

    private func receipt(_ action: String, _ decision: UInt64) throws -> Receipt {
        try gatehouse.receipt(Record(kind: .intent, action: action, decisionID: decision))
    }

    private func end(_ selection: SessionSelection, _ resource: Resource) async throws -> [String] {
        let permit = try gatehouse.permit(.sessionRevoke, resource)
        let receipt = try receipt("session.revoke", permit.decisionID)
        return try await ring.end(selection, id: nil, permit: permit, receipt: receipt)
    }

    private func list(_ resource: Resource) throws -> [String] {
        let permit = try gatehouse.permit(.sessionRead, resource)
        let receipt = try receipt("session.read", permit.decisionID)
        return try ring.list(nil, after: nil, limit: 10, permit: permit, receipt: receipt)
            .sessions.map(\.session.id)
    }

    @Test func aPermitForOnesOwnReachesNoOthers() async throws {
        let id = try await open()
        let holder = SessionSelection.holder(
            kind: .operator, id: "spiffe://maxine.local/operator/bootstrap")
        for selection in [.one(id), holder] {
            let ended = try await end(selection, Resource(isOwn: true))
            #expect(ended == [])
        }
        #expect(try list(Resource(isOwn: true)) == [])
        #expect(try list(Resource()) == [id])
        let ended = try await end(holder, Resource())
        #expect(ended == [id])
        #expect(ring.count == 0)
    }

    /// The answer was 503, and the disk kept the session all the same; what another record says is of another session.
    @Test func aSessionThatTheLogSaysWasNotMadeIsNone() async throws {
        let (_, sequence) = try await opened()
        for (intent, status, left) in [
            (sequence + 1, 503, 1), (sequence, 201, 1), (sequence, 503, 0),
        ] {
            let again = try Self.ring(in: gatehouse)
            let line =
                #"{"seq":\#(sequence + 9),"time":"2027-01-15T08:00:00.000000000Z","type":"outcome","#
                + #""action":"session.create","status":\#(status),"detail":{"intent":\#(intent)}}"#
            again.replay(try #require(ReplayedRecord(line: Array(line.utf8)), "\(line)"))
            #expect(try again.finishReplay() == 1 - left)
            #expect(again.count == left)
        }
        #expect(try Self.ring(in: gatehouse).count == 0, "the store has it, too")
    }

    @Test func aPermitForAnotherActionDoesNothing() async throws {
        let id = try await open()
        let permit = try gatehouse.permit(.sessionRead, Resource())
        let receipt = try receipt("session.read", permit.decisionID)
        do throws(AuthError) {
            _ = try await ring.end(.one(id), id: nil, permit: permit, receipt: receipt)
            Issue.record("it has ended")
        } catch {
            #expect(error.code == "auth.unproven")
        }
        #expect(ring.count == 1)
    }
}
