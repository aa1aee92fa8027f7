import Audit
import Policy
import ProofSupport
import Proofs
import Support
import Testing

@testable import Registry

/// No operation without a permit for exactly this and the receipt of its own record.
@Suite struct ClearanceTests {
    fileprivate let house: Gatehouse
    private let registry: Registry

    init() throws {
        house = try Gatehouse()
        registry = try Registry.open(store: MemoryStore(), elapsedNanoseconds: 0)
        let ticket = registry.beginChanges()
        let proof = try house.proof(.serviceRegister, service: "api", id: "a")
        let outcome = registry.register(
            try registration("a"), permit: proof.permit, receipt: proof.receipt, ticket: ticket,
            elapsedNanoseconds: 0)
        #expect(outcome == .created(index: registry.catalogue.index))
    }

    /// A permit for something else than api/a in default, and what is wrong with it.
    struct Wrong: Sendable, CustomTestStringConvertible {
        var mismatch: Mismatch
        var action: Action?
        var service: String? = "api"
        var namespace = "default"
        var id: String? = "a"

        var testDescription: String { "\(mismatch) \(service ?? "-") \(namespace) \(id ?? "-")" }
    }

    static let wrong = [
        Wrong(mismatch: .action, action: .serviceWatch),
        Wrong(mismatch: .service, service: "web"),
        Wrong(mismatch: .service, service: nil),
        Wrong(mismatch: .namespace, namespace: "shop"),
        Wrong(mismatch: .id, id: "b"),
        Wrong(mismatch: .id, id: nil),
    ]

    private func proof(_ wrong: Wrong, _ action: Action) throws -> Proof {
        try house.proof(
            wrong.action ?? action, service: wrong.service, namespace: wrong.namespace,
            id: wrong.id)
    }

    /// Permit and receipt of two different decisions.
    private func crossed(_ action: Action, id: String?) throws -> Proof {
        let first = try house.proof(action, service: "api", id: id)
        let second = try house.proof(action, service: "api", id: id)
        return Proof(permit: first.permit, receipt: second.receipt)
    }

    private func expectUntouched() {
        let contents = registry.catalogue.contents
        #expect(contents.count == 1)
        #expect(contents.values.first?.sequence == registry.catalogue.index)
        #expect(registry.catalogue.entries().count == 1)
    }

    private func register(_ proof: consuming Proof) throws -> RegisterOutcome {
        let ticket = ChangeTicket(ledger: registry.ledger, number: .max, floor: 0)
        return registry.register(
            try registration("a", port: 9), permit: proof.permit, receipt: proof.receipt,
            ticket: ticket, elapsedNanoseconds: 0)
    }

    private func deregister(_ proof: consuming Proof) -> DeregisterOutcome {
        let ticket = ChangeTicket(ledger: registry.ledger, number: .max, floor: 0)
        return registry.deregister(
            service: "api", id: "a", permit: proof.permit, receipt: proof.receipt, ticket: ticket,
            elapsedNanoseconds: 0)
    }

    private func heartbeat(_ proof: consuming Proof) -> HeartbeatOutcome {
        registry.heartbeat(
            service: "api", id: "a", permit: proof.permit, receipt: proof.receipt,
            elapsedNanoseconds: 7 * second)
    }

    @Test(arguments: wrong) func registeringRefuses(wrong: Wrong) throws {
        #expect(try register(try proof(wrong, .serviceRegister)) == .refused(wrong.mismatch))
        expectUntouched()
    }

    @Test(arguments: wrong) func deregisteringRefuses(wrong: Wrong) throws {
        #expect(deregister(try proof(wrong, .serviceDeregister)) == .refused(wrong.mismatch))
        expectUntouched()
    }

    @Test(arguments: wrong) func theHeartbeatRefuses(wrong: Wrong) throws {
        #expect(heartbeat(try proof(wrong, .serviceHeartbeat)) == .refused(wrong.mismatch))
        let lease = registry.catalogue.entries().first?.snapshot.instances.first?.lease
        #expect(lease?.isLive(at: 30 * second) == false)
        expectUntouched()
    }

    @Test(arguments: wrong) func discoveringRefuses(wrong: Wrong) throws {
        var wrong = wrong
        if wrong.mismatch != .id { wrong.id = nil }
        if wrong.mismatch == .id { wrong.id = "a" }
        let proof = try proof(wrong, .serviceDiscover)
        let outcome = registry.discover(
            DiscoverQuery(service: "api"), permit: proof.permit, receipt: proof.receipt,
            elapsedNanoseconds: 0)
        guard case .refused(wrong.mismatch) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test(arguments: wrong) func listingInstancesRefuses(wrong: Wrong) throws {
        var wrong = wrong
        wrong.id = wrong.mismatch == .id ? "a" : nil
        let proof = try proof(wrong, .serviceRead)
        let outcome = registry.instances(
            of: "api", permit: proof.permit, receipt: proof.receipt, elapsedNanoseconds: 0)
        guard case .refused(wrong.mismatch) = outcome else {
            Issue.record("\(outcome)")
            return
        }
    }

    @Test func listingServicesRefuses() throws {
        let proofs = [
            (Mismatch.action, Action.serviceDiscover, String?.none, "default"),
            (.service, .serviceRead, "api", "default"), (.namespace, .serviceRead, nil, "shop"),
        ]
        for (mismatch, action, service, namespace) in proofs {
            let proof = try house.proof(action, service: service, namespace: namespace)
            let outcome = registry.services(
                permit: proof.permit, receipt: proof.receipt, elapsedNanoseconds: 0)
            #expect(outcome == .refused(mismatch))
        }
    }

    @Test func aReceiptOfAnotherDecisionIsRefusedEverywhere() throws {
        #expect(try register(try crossed(.serviceRegister, id: "a")) == .refused(.decision))
        #expect(deregister(try crossed(.serviceDeregister, id: "a")) == .refused(.decision))
        #expect(heartbeat(try crossed(.serviceHeartbeat, id: "a")) == .refused(.decision))
        let discovering = try crossed(.serviceDiscover, id: nil)
        let discovered = registry.discover(
            DiscoverQuery(service: "api"), permit: discovering.permit,
            receipt: discovering.receipt, elapsedNanoseconds: 0)
        guard case .refused(.decision) = discovered else {
            Issue.record("\(discovered)")
            return
        }
        let reading = try crossed(.serviceRead, id: nil)
        let read = registry.instances(
            of: "api", permit: reading.permit, receipt: reading.receipt, elapsedNanoseconds: 0)
        guard case .refused(.decision) = read else {
            Issue.record("\(read)")
            return
        }
        let first = try house.proof(.serviceRead, service: nil)
        let second = try house.proof(.serviceRead, service: nil)
        let listed = registry.services(
            permit: first.permit, receipt: second.receipt, elapsedNanoseconds: 0)
        #expect(listed == .refused(.decision))
        expectUntouched()
    }

    @Test func tagsThatThePolicyDidNotJudgeAreRefused() throws {
        let proof = try house.proof(.serviceRegister, service: "api", id: "b", tags: ["x"])
        let ticket = ChangeTicket(ledger: registry.ledger, number: .max, floor: 0)
        let outcome = registry.register(
            try registration("b", tags: ["x", "y"]), permit: proof.permit, receipt: proof.receipt,
            ticket: ticket, elapsedNanoseconds: 0)
        #expect(outcome == .refused(.tags))
        expectUntouched()
    }

    /// What was judged is a change of nothing, or of what was there before.
    @Test func aChangeOfSomethingElseThanWasJudgedIsRefused() throws {
        #expect(
            try register(try house.proof(.serviceRegister, service: "api", id: "a"))
                == .refused(.existing))
        #expect(
            deregister(try house.proof(.serviceDeregister, service: "api", id: "a"))
                == .refused(.existing))
        #expect(
            heartbeat(try house.proof(.serviceHeartbeat, service: "api", id: "a")) == .overtaken)
        expectUntouched()

        let ticket = registry.beginChanges()
        let late = try house.proof(.serviceDeregister, service: "api", id: "a", over: registry)
        let beat = try house.proof(.serviceHeartbeat, service: "api", id: "a", over: registry)
        let first = try house.proof(.serviceRegister, service: "api", id: "a", over: registry)
        let index = first.receipt.sequence
        let second = registry.register(
            try registration("a", port: 9), permit: first.permit, receipt: first.receipt,
            ticket: ticket, elapsedNanoseconds: 0)
        #expect(second == .updated(index: index))
        #expect(heartbeat(beat) == .overtaken)
        // In the order of the log the deregistration came first and was then undone.
        #expect(deregister(late) == .superseded(index: index))
        let again = try house.proof(.serviceDeregister, service: "api", id: "a", over: registry)
        let removed = again.receipt.sequence
        #expect(deregister(again) == .removed(index: removed))
    }

    @Test func aTicketTakenAfterTheRecordIsRefused() throws {
        let proof = try house.proof(.serviceRegister, service: "api", id: "a")
        registry.observe(journalSequence: proof.receipt.sequence)
        let late = registry.beginChanges()
        let outcome = registry.register(
            try registration("a", port: 9), permit: proof.permit, receipt: proof.receipt,
            ticket: late, elapsedNanoseconds: 0)
        #expect(outcome == .refused(.ticket))
    }

    @Test func aTicketOfAnotherRegistryIsRefused() throws {
        let other = try Registry.open(store: MemoryStore(), elapsedNanoseconds: 0)
        let proof = try house.proof(.serviceDeregister, service: "api", id: "a")
        let ticket = other.beginChanges()
        let outcome = registry.deregister(
            service: "api", id: "a", permit: proof.permit, receipt: proof.receipt, ticket: ticket,
            elapsedNanoseconds: 0)
        #expect(outcome == .refused(.ticket))
        expectUntouched()
    }

    @Test func reclaimingRefusesTheReceiptOfAnythingElse() throws {
        let batch = try #require(registry.expired(elapsedNanoseconds: 30 * second).first)
        let ticket = registry.beginChanges()
        let proof = try house.proof(.serviceDeregister, service: "api", id: "a")
        let refused = registry.reclaim(batch, receipt: proof.receipt, ticket: ticket)
        #expect(refused == .refused(.decision))
        #expect(registry.catalogue.count == 1)
        let receipt = try house.receipt(batch.record)
        #expect(registry.reclaim(batch, receipt: receipt, ticket: ticket) == .reclaimed(1))
        #expect(registry.catalogue.count == 0)
        _ = consume proof.permit
    }

    @Test func mismatchesHaveStableCodes() {
        #expect(Mismatch.decision.code == "registry.mismatch_decision")
        #expect(Mismatch.ticket.code == "registry.mismatch_ticket")
    }
}

/// Names and tags are compared by code units, where Swift's strings are not.
extension ClearanceTests {
    @Test func otherSpellingsAreOtherNames() throws {
        let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")
        let wanted = WantedOperation(
            .serviceRead, namespace: composed, service: composed, id: composed, tags: [composed])
        let cases: [(Resource, Mismatch?)] = [
            (Resource(service: composed, namespace: composed, id: composed, tags: [composed]), nil),
            (Resource(service: decomposed, namespace: composed, id: composed), .service),
            (Resource(service: composed, namespace: decomposed, id: composed), .namespace),
            (Resource(service: composed, namespace: composed, id: decomposed), .id),
            (
                Resource(service: composed, namespace: composed, id: composed, tags: [decomposed]),
                .tags
            ),
        ]
        for (resource, mismatch) in cases {
            let permit = try house.permit(.serviceRead, resource)
            let receipt = try house.receipt(
                Record(kind: .decision, action: "service.read", decisionID: permit.decisionID))
            switch Clearance.check(permit, receipt, for: wanted) {
            case .success: #expect(mismatch == nil)
            case .failure(let found): #expect(found == mismatch)
            }
        }
    }
}
