@testable import PKI
import Support
import Testing

/// A root is published, seen by all, then signs; the one before it goes when nothing below it is left.
@Suite struct RootRotationTests {
    let fixture: OfficeFixture
    private let hour: Int64 = 3600 * 1_000_000_000

    init() throws { fixture = try OfficeFixture() }

    @Test func aPreparedRootIsPublishedAndSignsNothing() throws {
        let store = try fixture.open()
        let number = store.authority.bundleSequence
        let before = try store.bundle()
        try fixture.take(.prepareRoot(crossSign: false), in: store)
        #expect(store.rootStates == [.active, .prepared])
        #expect(store.authority.bundleSequence == number + 1)
        #expect(try store.bundle().derCertificates.count == 2)
        let chain = try fixture.issue(from: store).chainDER
        #expect(fixture.verdict(on: chain, trusting: before) == "accepted")
        #expect(fixture.code(.prepareRoot(crossSign: false), in: store) == "wrong_state")
        let again = try fixture.open()
        #expect(again.authority.bundleSequence == number + 1)
        #expect(again.rootStates == [.active, .prepared])
    }

    @Test func aRootSignsOnceAllReadersHaveSeenIt() throws {
        let store = try fixture.open()
        try fixture.issue(from: store)
        store.authorities.adoption.noteFetch(
            from: "192.0.2.7", nowNanoseconds: OfficeFixture.now)
        try fixture.take(.prepareRoot(crossSign: false), in: store, after: 1)
        let root = try #require(store.authorities.ledger.prepared(.root))
        let awaited = { (time: Int64) in
            store.authorities.awaited(by: root, nowNanoseconds: OfficeFixture.now + time)
        }
        #expect(
            awaited(1)
                == ["bundle reader at 192.0.2.7", "spiffe://maxine.test/ns/default/dc/dc1/svc/web"])
        #expect(fixture.code(.activateRoot(force: false), in: store, after: 1) == "wrong_state")
        store.authorities.adoption.noteFetch(
            from: "192.0.2.7", nowNanoseconds: OfficeFixture.now + 2)
        #expect(awaited(2).count == 1)
        try fixture.issue(from: store, after: 2)
        #expect(awaited(2).isEmpty)
        try fixture.take(.activateRoot(force: false), in: store, after: 3)
        #expect(store.rootStates == [.old, .active])
        #expect(store.states == [.old, .active])
    }

    @Test func whoNeverComesBackIsWaitedForUntilItsIdentityHasEnded() throws {
        let store = try fixture.open()
        try fixture.issue(from: store)
        try fixture.take(.prepareRoot(crossSign: false), in: store, after: 1)
        #expect(
            fixture.code(.activateRoot(force: false), in: store, after: hour - 1) == "wrong_state")
        #expect(fixture.code(.activateRoot(force: false), in: store, after: hour + 1) == "done")
    }

    @Test func whatTheOldRootStandsForIsGoodUntilItIsForgotten() throws {
        let store = try fixture.open()
        let leaf = try fixture.identity(of: store)
        try fixture.take(.prepare, in: store)
        try fixture.take(.prepareRoot(crossSign: false), in: store)
        try fixture.take(.activateRoot(force: true), in: store)
        #expect(store.states == [.old, .old, .active], "the prepared one was of the old root")
        #expect(fixture.verdict(on: leaf, in: store) == "accepted")
        let late = 91 * OfficeFixture.day
        var number = store.authority.bundleSequence
        try fixture.take(.prune, in: store, after: late)
        #expect(store.rootStates == [.old, .active], "not before what it signed")
        for _ in 0..<4
        where store.authorities.due(nowNanoseconds: OfficeFixture.now + late) == .prune {
            try fixture.take(.prune, in: store, after: late)
        }
        #expect(store.rootStates == [.active])
        #expect(store.states == [.active])
        number += 1
        #expect(store.authority.bundleSequence == number)
        #expect(try !fixture.scratch.names("pki").contains("root.key"))
        #expect(try fixture.open(after: late).rootStates == [.active])
    }

    @Test func theCrossSignedRootServesWhoKnowsOnlyTheOldOne() throws {
        for crossSign in [true, false] {
            let fixture = try OfficeFixture()
            let store = try fixture.open()
            let old = try store.bundle()
            try fixture.take(.prepareRoot(crossSign: crossSign), in: store)
            try fixture.take(.activateRoot(force: true), in: store)
            for current in [store, try fixture.open()] {
                let chain = try fixture.issue(from: current).chainDER
                #expect(chain.count == (crossSign ? 3 : 2))
                #expect(
                    fixture.verdict(on: chain, trusting: old)
                        == (crossSign ? "accepted" : "untrusted"))
                #expect(fixture.verdict(on: chain, trusting: try store.bundle()) == "accepted")
            }
            guard crossSign else { continue }
            let first = try #require(store.authorities.ledger.authorities.first)
            try fixture.take(.revoke(first.keyID), in: store)
            #expect(
                try fixture.issue(from: store).chainDER.count == 2, "nothing of the old is sent")
        }
    }

    @Test func aRevokedRootLeavesTheBundleAndTakesAllBelowItAlong() throws {
        let store = try fixture.open()
        let leaf = try fixture.identity(of: store)
        let first = try #require(store.authorities.ledger.active(.root)?.keyID)
        #expect(fixture.code(.revoke(first), in: store) == "wrong_state")
        try fixture.take(.prepareRoot(crossSign: false), in: store)
        try fixture.take(.activateRoot(force: true), in: store)
        let number = store.authority.bundleSequence
        #expect(fixture.code(.compromise(first), in: store) == "wrong_state", "step by step")
        try fixture.take(.revoke(first), in: store)
        #expect(store.authority.bundleSequence == number + 1)
        #expect(try store.bundle().derCertificates.count == 1)
        #expect(fixture.verdict(on: leaf, in: store) != "accepted")
        #expect(fixture.verdict(on: try fixture.identity(of: store), in: store) == "accepted")
    }

    @Test func theBundleBesideTheOperatorFollows() throws {
        let store = try fixture.open()
        #expect(try !store.renewBundleFile(), "there is none")
        _ = try store.writeOperatorIdentity(name: "operator", nowNanoseconds: OfficeFixture.now)
        try fixture.take(.prepareRoot(crossSign: false), in: store)
        #expect(try store.renewBundleFile())
        #expect(try !store.renewBundleFile())
        #expect(try fixture.scratch.text("certs/bundle.pem") == store.bundlePEM)
    }

    @Test func moreReadersThanCanBeKnownAreWaitedForTogether() throws {
        let board = AdoptionBoard(nowNanoseconds: 0)
        for number in 0..<PKILimits.adoptionReadersMax + 5 {
            board.note("r\(number)", seenNanoseconds: 10, untilNanoseconds: 100)
        }
        #expect(
            board.laggards(since: 11, nowNanoseconds: 50).count == PKILimits.adoptionReadersMax + 1)
        #expect(board.laggards(since: 5, nowNanoseconds: 50).count == 1, "who is not known")
        #expect(board.laggards(since: 11, nowNanoseconds: 100).isEmpty)
    }
}
