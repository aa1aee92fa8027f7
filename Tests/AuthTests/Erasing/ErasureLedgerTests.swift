import Audit
import Auth
import Foundation
import Policy
import ProofSupport
import Support
import Testing

/// Who may be erased by whose word, and what a start makes of what the log says.
@Suite(.timeLimit(.minutes(10))) struct ErasureLedgerTests {
    private let folder: TestFolder
    private let persons: PersonVault

    init() throws {
        folder = try TestFolder()
        persons = try PersonVault(path: folder.path("persons.sqlite"))
    }

    private static func user(_ id: String) -> Principal {
        Principal(kind: .user, id: id, authentication: .session)
    }

    private static func `operator`(_ name: String) -> Principal {
        Principal(
            kind: .operator, id: "spiffe://maxine.test/operator/\(name)", authentication: .mtls)
    }

    private func pseudonym(of id: String) throws -> String {
        try #require(try persons.person(behind: Self.user(id))?.pseudonym)
    }

    /// A record of the log as the start reads it.
    private func record(
        _ sequence: Int, _ type: String, by name: String = "first", id: String = "e-1",
        status: Int? = nil, detail: String
    ) throws -> ReplayedRecord {
        let status = status.map { ",\"status\":\($0)" } ?? ""
        let line = """
            {"seq":\(sequence),"time":"2026-11-29T10:00:00.000000000Z","type":"\(type)",\
            "principal":{"kind":"operator","id":"spiffe://maxine.test/operator/\(name)","auth":"mtls","roles":[]},\
            "action":"audit.erase","resource":{"namespace":"default","id":"\(id)"}\(status),"detail":\(detail)}
            """
        return try #require(ReplayedRecord(line: Array(line.utf8)), "\(line)")
    }

    private func proposal(of pseudonym: String) -> String {
        #"{"erase":{"step":"propose","pseudonyms":["\#(pseudonym)"],"reason":"letter 7"}}"#
    }

    private func confirmation(of pseudonym: String) -> String {
        #"{"erase":{"step":"confirm","proposed":1,"pseudonyms":["\#(pseudonym)"],"reason":"letter 7"},"sessions":["s1"],"keys":["k1"]}"#
    }

    private static let now: Int64 = 1_795_946_400_000_000_000

    /// Whoever confirmed may have been told that it was done.
    @Test(arguments: [nil, 200, 503, 403] as [Int?])
    func whatWasBegunIsFinishedByTheStart(status: Int?) throws {
        let name = try pseudonym(of: "idp/alice")
        let ledger = ErasureLedger(persons: persons)
        ledger.replay(try record(1, "intent", detail: proposal(of: name)))
        ledger.replay(try record(2, "outcome", status: 201, detail: #"{"intent":1,"done":true}"#))
        ledger.replay(try record(3, "intent", by: "second", detail: confirmation(of: name)))
        if let status {
            ledger.replay(try record(4, "outcome", status: status, detail: #"{"intent":3}"#))
        }
        let (person, credentials) = ledger.finishReplay(nowNanoseconds: Self.now)
        let isErased = status.map { $0 < 400 } ?? true
        #expect(person.isNobody == !isErased)
        #expect(person.isBehind(Self.user("idp/alice")) == isErased)
        #expect(!person.isBehind(Self.user("idp/bob")))
        #expect(credentials.sessions == (isErased ? ["s1"] : []))
        #expect(credentials.keys == (isErased ? ["k1"] : []))
        #expect((ledger.find("e-1", nowNanoseconds: Self.now) == nil) == isErased)
    }

    @Test func whoWasErasedBeforeIsNotSoughtAgain() throws {
        let name = try pseudonym(of: "idp/alice")
        try persons.beginErasing(persons.known(by: [name]))
        try persons.finishErasing(persons.known(by: [name]))
        let again = try pseudonym(of: "idp/alice")
        #expect(again != name)
        let ledger = ErasureLedger(persons: persons)
        ledger.replay(try record(3, "intent", by: "second", detail: confirmation(of: name)))
        let (person, _) = ledger.finishReplay(nowNanoseconds: Self.now)
        #expect(person.isNobody, "whoever came since is somebody else")
    }

    @Test func aProposalWithoutItsOutcomeCounts() throws {
        let name = try pseudonym(of: "idp/alice")
        let ledger = ErasureLedger(persons: persons)
        ledger.replay(try record(1, "intent", detail: proposal(of: name)))
        _ = ledger.finishReplay(nowNanoseconds: Self.now)
        let found = try #require(ledger.find("e-1", nowNanoseconds: Self.now))
        #expect(found.proposer.id == "spiffe://maxine.test/operator/first")
        let late = Self.now + 3 * 86_400_000_000_000
        #expect(ledger.find("e-1", nowNanoseconds: late) == nil)
        let same = ledger.fault(
            confirming: "e-1", by: Self.operator("first"), nowNanoseconds: Self.now)
        #expect(same == .sameOperator)
        let other = ledger.fault(
            confirming: "e-1", by: Self.operator("second"), nowNanoseconds: Self.now)
        #expect(other == nil)
        ledger.replay(
            try record(5, "intent", detail: #"{"erase":{"step":"withdraw"}}"#))
        _ = ledger.finishReplay(nowNanoseconds: Self.now)
        #expect(ledger.find("e-1", nowNanoseconds: Self.now) == nil)
    }

    /// A hold that comes between the two steps counts, too.
    @Test func whoIsHeldIsNotErased() throws {
        let name = try pseudonym(of: "idp/alice")
        let ledger = ErasureLedger(persons: persons)
        let plan = ErasurePlan(user: "idp/alice", reason: "letter 7")
        func propose() -> ErasureRefusal? {
            ledger.fault(
                proposing: plan, [name], by: Self.operator("first"), nowNanoseconds: Self.now)
        }
        #expect(propose() == nil)
        ledger.replay(try record(1, "intent", detail: proposal(of: name)))
        _ = ledger.finishReplay(nowNanoseconds: Self.now)
        ledger.add(bar: { $0.contains(name) ? "held for case 3" : nil })
        #expect(propose() == .held("held for case 3"))
        let confirmed = ledger.fault(
            confirming: "e-1", by: Self.operator("second"), nowNanoseconds: Self.now)
        #expect(confirmed == .held("held for case 3"))
    }

    @Test(arguments: [
        ("corp/alice", "idp/Alice@example.org", true), ("corp/alice", #"corp/CORP\alice"#, true),
        ("corp/alice", "spiffe://maxine.test/operator/alice", true),
        ("corp/alice", "corp/alice2", false), ("corp/alice", "alice/bob", false),
        ("corp/\u{212B}sa", "idp/åsa", true),
    ])
    func whoIsCalledAlikeIsOnePerson(first: String, second: String, isOne: Bool) throws {
        func made(_ id: String) throws -> ErasureOperator {
            let kind: Principal.Kind = id.hasPrefix("spiffe:") ? .operator : .user
            return try #require(
                ErasureOperator(Principal(kind: kind, id: id, authentication: .session)))
        }
        #expect(try made(first).isLike(made(second)) == isOne)
        #expect(try made(second).isLike(made(first)) == isOne)
        #expect(try made(second).isLike(user: first) == isOne)
    }

    @Test func keysAndServicesAreNoOperators() {
        for kind in [Principal.Kind.key, .service, .anonymous] {
            #expect(ErasureOperator(Principal(kind: kind, id: "x", authentication: .none)) == nil)
        }
    }

    @Test(arguments: [
        ("letter 7", false), ("Al left", true), ("al@example.org", true), ("also", false),
        ("corp/Al wrote", true),
    ])
    func aReasonThatNamesThemIsNone(reason: String, names: Bool) {
        #expect(ErasurePlan(user: "corp/al", reason: reason).namesTheUser == names)
    }
}
