@testable import PKI
import Support
import Testing

/// When the next step of an intermediate is due, to the nanosecond.
@Suite struct RotationDueTests {
    let fixture: OfficeFixture
    /// The life of an intermediate; it begins a little before it is made.
    private let life = 365 * OfficeFixture.day + PKILimits.backdateSeconds * 1_000_000_000

    init() throws { fixture = try OfficeFixture() }

    private func due(_ store: TrustDomainStore, at time: Int64) -> AuthorityStep? {
        store.authorities.due(nowNanoseconds: OfficeFixture.now + time)
    }

    private var backdate: Int64 { PKILimits.backdateSeconds * 1_000_000_000 }

    @Test func theNextIsPreparedAtAThirdAndSignsFromTheHalf() throws {
        let store = try fixture.open()
        let third = life / 3 - backdate
        let half = life / 2 - backdate
        #expect(due(store, at: 0) == nil)
        #expect(due(store, at: third - 1) == nil)
        #expect(due(store, at: third) == .prepare)
        #expect(due(store, at: half - 1) == .prepare)
        #expect(due(store, at: half) == .rotate, "nothing was prepared in time")
        try fixture.take(.prepare, in: store, after: third)
        #expect(due(store, at: third) == nil)
        #expect(due(store, at: half - 1) == nil)
        #expect(due(store, at: half) == .activate)
        #expect(due(store, at: 2 * life) == .activate)
        try fixture.take(.activate, in: store, after: half)
        #expect(due(store, at: half) == nil)
    }

    @Test func aClockBeforeTheBeginningAsksForNothing() throws {
        #expect(due(try fixture.open(), at: -OfficeFixture.now) == nil)
        #expect(due(try fixture.open(), at: Int64.max - OfficeFixture.now) == .rotate)
    }

    @Test func anOldOneIsForgottenOnceItsLastLeafHasEnded() throws {
        let store = try fixture.open()
        let first = store.authority.keyID
        let leaf = try fixture.identity(of: store)
        try fixture.take(.rotate, in: store)
        let end = 90 * OfficeFixture.day + PKILimits.pruneSkewSeconds * 1_000_000_000
        #expect(due(store, at: end) == nil)
        #expect(due(store, at: end + 1) == .prune)
        let change = try fixture.take(.prune, in: store, after: end + 1)
        #expect(change.removed == [first])
        #expect(store.states == [.active])
        #expect(fixture.verdict(on: leaf, in: store) == "unknown_intermediate")
        #expect(
            try !fixture.scratch.names("pki").contains("intermediate.key"), "the key is destroyed")
        #expect(try fixture.open(after: end).states == [.active])
    }

    @Test func nothingThatItSignedOutlivesIt() throws {
        let store = try fixture.open()
        try fixture.take(.rotate, in: store, after: 350 * OfficeFixture.day)
        let end = 365 * OfficeFixture.day + PKILimits.pruneSkewSeconds * 1_000_000_000
        #expect(due(store, at: end) == nil)
        #expect(due(store, at: end + 1) == .prune, "at its own end, not 90 days after it signed")
    }

    /// RFC 5280 section 3.3: it stands on a list that was made after its end.
    @Test func aRevokedOneStaysUntilItsOwnEndAndAListAfterIt() throws {
        let store = try fixture.open()
        let first = store.authority.keyID
        try fixture.take(.rotate, in: store)
        try fixture.take(.revoke(first), in: store)
        #expect(due(store, at: 100 * OfficeFixture.day) == nil)
        try fixture.take(.rotate, in: store, after: 200 * OfficeFixture.day)
        try fixture.take(.prune, in: store, after: 291 * OfficeFixture.day)
        #expect(store.states == [.revoked, .active])
        #expect(due(store, at: 366 * OfficeFixture.day) == .prepare)
        #expect(due(store, at: 372 * OfficeFixture.day) == .prepare)
        #expect(due(store, at: 372 * OfficeFixture.day + 1) == .prune)
    }

    /// Its leaves ended long ago, and its own certificate did not.
    @Test func soDoesAnOldOneThatIsRevokedByItsKey() throws {
        let store = try fixture.open()
        let first = store.authority.keyID
        try fixture.take(.rotate, in: store)
        store.trust.revise { $0.revokedKeyIDs.insert(first) }
        #expect(due(store, at: 100 * OfficeFixture.day) == nil)
        #expect(
            try fixture.take(.prune, in: store, after: 100 * OfficeFixture.day).removed.isEmpty)
        try fixture.take(.rotate, in: store, after: 200 * OfficeFixture.day)
        try fixture.take(.prune, in: store, after: 291 * OfficeFixture.day)
        #expect(store.states == [.old, .active])
        #expect(due(store, at: 372 * OfficeFixture.day) == .prepare)
        #expect(due(store, at: 372 * OfficeFixture.day + 1) == .prune)
    }

    @Test func whatStandsAgainstAStepIsKnownBeforeItIsTaken() throws {
        let store = try fixture.open()
        #expect(store.authorities.obstacle(to: .prepare, nowNanoseconds: OfficeFixture.now) == nil)
        let late = OfficeFixture.now + 3600 * OfficeFixture.day
        #expect(
            store.authorities.obstacle(to: .rotate, nowNanoseconds: late)?.code
                == "authority_ending")
        #expect(store.authorities.obstacle(to: .activate, nowNanoseconds: late) == nil)
        try fixture.take(.prepare, in: store)
        #expect(
            store.authorities.obstacle(to: .prepare, nowNanoseconds: OfficeFixture.now)?.code
                == "wrong_state")
    }
}
