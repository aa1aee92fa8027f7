import Audit
import Auth
import Testing

/// What the log says of keys is held against a store that may be older, or that a failing disk made keep too much.
@Suite(.timeLimit(.minutes(10))) struct KeyReplayTests {
    private static let second = KeyRingFixture.second
    /// When the records below are of: a minute after the keys.
    private static let told = KeyRingFixture.now + 60 * second
    private static let life = 86_400

    private let fixture: KeyRingFixture

    init() throws { fixture = try KeyRingFixture() }

    /// One record on a key, so many seconds after a minute has passed.
    private func record(
        _ sequence: UInt64, _ type: String, _ action: String, _ id: String, after seconds: Int = 0,
        status: Int? = nil, detail: String = "{}"
    ) throws -> ReplayedRecord {
        let number = String(seconds)
        let time = "2027-01-15T08:01:\(number.count < 2 ? "0" : "")\(number).000000000Z"
        let said = status.map { ",\"status\":\($0)" } ?? ""
        let line =
            #"{"seq":\#(sequence),"time":"\#(time)","type":"\#(type)","action":"\#(action)","#
            + #""resource":{"id":"\#(id)"}\#(said),"detail":\#(detail)}"#
        return try #require(ReplayedRecord(line: Array(line.utf8)), "\(line)")
    }

    /// Has the ring read an intent, and its outcome where there is one.
    private func replay(
        _ action: String, _ id: String, at sequence: UInt64 = 100, after seconds: Int = 0,
        status: Int?, detail: String = "{}"
    ) throws {
        fixture.ring.replay(
            try record(sequence, "intent", action, id, after: seconds, detail: detail))
        guard let status else { return }
        fixture.ring.replay(
            try record(
                sequence + 1, "outcome", action, id, after: seconds, status: status,
                detail: #"{"intent":\#(sequence)}"#))
    }

    private func judge(_ key: MintedAPIKey, after seconds: Int64 = 0) -> String {
        fixture.judge(key.whole.bytes, at: Self.told + seconds * Self.second)
    }

    /// Revoked from the intent on, but for what was refused.
    @Test(
        arguments: [
            (nil, "key_revoked"), (204, "key_revoked"), (503, "key_revoked"), (404, "ok"),
            (403, "ok"),
        ] as [(Int?, String)])
    func aRevocationThatBeganHolds(_ status: Int?, _ expected: String) async throws {
        let key = try await fixture.create(seconds: Self.life).get()
        try replay("key.revoke", key.key.id, status: status)
        let changed = try fixture.ring.finishReplay()
        #expect(changed == (expected == "ok" ? 0 : 1))
        #expect(judge(key) == expected)
    }

    @Test func ofTwoRevocationsTheFirstOnesTimeIsShown() async throws {
        let key = try await fixture.create(seconds: Self.life).get()
        try replay("key.revoke", key.key.id, at: 100, after: 5, status: 204)
        try replay("key.revoke", key.key.id, at: 110, after: 9, status: 204)
        try fixture.ring.finishReplay()
        let shown = try fixture.shown(key.key.id)
        #expect(shown?.key.revokedNanoseconds == Self.told + 5 * Self.second)
    }

    /// The store is older than the rotation: its secret has the grace and no more.
    @Test func aRotationThatTheStoreLostEndsTheSecretWithItsGrace() async throws {
        let key = try await fixture.create(seconds: Self.life).get()
        try replay(
            "key.rotate", key.key.id, status: 200, detail: #"{"grace_seconds":30}"#)
        #expect(try fixture.ring.finishReplay() == 1)
        #expect(judge(key, after: 29) == "ok")
        #expect(judge(key, after: 30) == "key_rotated")
        // Nor does a new secret give the old one more time.
        let next = try await fixture.rotate(
            key.key.id, graceSeconds: 600, at: Self.told + Self.second
        ).get()
        #expect(judge(key, after: 29) == "ok")
        #expect(judge(key, after: 30) == "key_rotated")
        #expect(judge(next, after: 30) == "ok")
    }

    @Test(arguments: [nil, 409, 503] as [Int?])
    func aRotationThatWasNotDoneEndsNothing(_ status: Int?) async throws {
        let key = try await fixture.create(seconds: Self.life).get()
        try replay("key.rotate", key.key.id, status: status, detail: #"{"grace_seconds":0}"#)
        #expect(try fixture.ring.finishReplay() == 0)
        #expect(judge(key) == "ok")
    }

    @Test func aRotationThatTheStoreHoldsEndsNothingTwice() async throws {
        let key = try await fixture.create(seconds: Self.life).get()
        let next = try await fixture.rotate(key.key.id, graceSeconds: 600).get()
        try replay(
            "key.rotate", key.key.id, at: fixture.sequence, status: 200,
            detail: #"{"grace_seconds":0}"#)
        #expect(try fixture.ring.finishReplay() == 0)
        #expect(judge(next) == "ok")
    }

    /// The answer was 503, and the disk kept the key all the same.
    @Test func aKeyThatWasNotMadeIsNone() async throws {
        let key = try await fixture.create(seconds: Self.life).get()
        try replay("key.create", key.key.id, at: fixture.sequence, status: 503)
        #expect(try fixture.ring.finishReplay() == 1)
        #expect(judge(key) == "key_unknown")
    }

    @Test(arguments: [nil, 201] as [Int?])
    func aKeyOfWhichTheLogTellsNoFailureStays(_ status: Int?) async throws {
        let key = try await fixture.create(seconds: Self.life).get()
        try replay("key.create", key.key.id, at: fixture.sequence, status: status)
        // Another attempt of the same name failed.
        try replay("key.create", key.key.id, at: fixture.sequence + 50, status: 503)
        #expect(try fixture.ring.finishReplay() == 0)
        #expect(judge(key) == "ok")
    }
}
