import Audit
import Auth
import PKI
import Policy
import Support
import Testing
import Text

/// The log and the store each tell their part of one history: whichever is older undoes nothing.
@Suite(.timeLimit(.minutes(10))) struct CertificateRevocationsTests {
    private static let id = "spiffe://maxine.test/ns/default/dc/dc1/svc/web"
    private let folder: TestFolder

    init() throws {
        folder = try TestFolder()
    }

    @Test func aLogThatIsOlderThanTheStoreUndoesNothing() throws {
        let all = [Self.line(0, "r-1", "blocked"), Self.line(1, "r-2", "allowed")]
        let last = Self.line(2, "r-3", "blocked")
        #expect(try start(store: "a", log: all + [last]) == true)
        #expect(try start(store: "a", log: all) == true)
        #expect(try start(store: "a", log: []) == true)
    }

    @Test func aStoreThatIsOlderThanTheLogUndoesNothing() throws {
        let first = [Self.line(0, "r-1", "blocked")]
        let rest = [Self.line(1, "r-2", "allowed"), Self.line(2, "r-3", "blocked")]
        #expect(try start(store: "b", log: first) == true)
        #expect(try start(store: "b", log: first + rest) == true)
        #expect(try start(store: "new", log: first + rest) == true)
    }

    @Test func theLastOfTheHistorySaysWhetherAnIdentityMayHaveCertificates() throws {
        let log = [Self.line(0, "r-1", "blocked"), Self.line(1, "r-2", "allowed")]
        #expect(try start(store: "c", log: [log[0]]) == true)
        #expect(try start(store: "c", log: log) == false)
        #expect(try start(store: "c", log: []) == false)
        #expect(try start(store: "new", log: log) == false)
    }

    @Test func recordsThatAreNoRevocationsAreNotTakenForSome() throws {
        let log = [
            Self.line(0, "r-1", "blocked", action: "session.revoke"),
            Self.line(1, "r-2", "blocked", kind: "outcome"),
            Self.line(2, "r-3", "blocked").replacing("spiffe://", with: "http://"),
        ]
        #expect(try start(store: "d", log: log) == nil)
    }

    /// Whether the identity is blocked after a start; nil where nothing is known of it.
    private func start(store: String, log: [String]) throws -> Bool? {
        let trust = TrustStore(bundles: [])
        let store = try CredentialStore(path: folder.path("\(store).sqlite"))
        let ledger = try CertificateRevocations(store, trust: trust, trustDomain: "maxine.test")
        for line in log {
            let record = try #require(ReplayedRecord(line: Array(line.utf8)), "\(line)")
            ledger.replay(record)
        }
        try ledger.finishReplay(nowNanoseconds: 1_795_435_200_000_000_000)
        try store.close()
        return trust.snapshot.revocations.identities[ExactText(Self.id)]?.blocksIssuance
    }

    private static func line(
        _ sequence: Int, _ id: String, _ issuance: String, action: String = "ca.revoke",
        kind: String = "intent"
    ) -> String {
        #"{"seq":\#(sequence),"time":"2026-11-23T12:00:00.000000000Z","type":"\#(kind)","action":"\#(action)","#
            + #""detail":{"revoked":{"id":"\#(id)","spiffe_id":"\#(Self.id)","issuance":"\#(issuance)","why":"x"}}}"#
    }
}
