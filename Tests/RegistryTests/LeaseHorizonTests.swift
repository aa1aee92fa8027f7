import Testing

@testable import Registry

/// Until when leases may end, however late it is.
@Suite struct LeaseHorizonTests {
    private func registry(ttl: [Int]) throws -> Registry {
        let store = MemoryStore()
        let registry = try Registry.open(store: store, elapsedNanoseconds: 0)
        for (number, ttl) in ttl.enumerated() {
            _ = registry.catalogue.put(
                try registration("i\(number)", ttl: ttl), sequence: UInt64(number + 1))
        }
        return registry
    }

    private func live(_ registry: Registry, at now: Int64) -> [String] {
        let key = ServiceKey(namespace: "default", service: "api")
        let moment = registry.leaseMoment(now)
        return (registry.catalogue.entry(key)?.snapshot.instances ?? [])
            .filter { $0.lease.isLive(at: moment) }.map(\.id)
    }

    private func lease(_ registry: Registry, _ id: String) throws -> Lease {
        let key = ServiceKey(namespace: "default", service: "api")
        return try #require(registry.catalogue.entry(key)?.snapshot.instance(id: id)).lease
    }

    @Test func howeverLongTheStartTakesEachLeaseHasItsFullTTL() throws {
        let registry = try registry(ttl: [5])
        registry.holdLeases(at: 0)
        #expect(live(registry, at: 600 * second) == ["i0"])
        #expect(registry.expired(elapsedNanoseconds: 600 * second).isEmpty)
        var governor = LeaseGovernor(startNanoseconds: 600 * second)
        registry.beginLeases(&governor, elapsedNanoseconds: 600 * second)
        #expect(try lease(registry, "i0").end == 605 * second)
    }

    @Test func whileTheJournalRefusesALateHeartbeatIsInTime() throws {
        let registry = try registry(ttl: [5])
        var governor = LeaseGovernor(startNanoseconds: 0)
        registry.beginLeases(&governor, elapsedNanoseconds: 0)
        _ = registry.beginSweep(
            &governor, isRecording: false, elapsedNanoseconds: 1 * second)
        #expect(live(registry, at: 100 * second) == ["i0"])
        let renewed = try lease(registry, "i0").renew(
            elapsedNanoseconds: 100 * second, horizon: registry.leaseMoment(.max))
        #expect(renewed == 105 * second)
    }

    @Test func aSweepLetsLeasesEndExactlyUntilItsReach() throws {
        let registry = try registry(ttl: [5, 7])
        var governor = LeaseGovernor(startNanoseconds: 0)
        registry.beginLeases(&governor, elapsedNanoseconds: 0)
        for now in [Int64(2), 4] {
            _ = registry.beginSweep(
                &governor, isRecording: true, elapsedNanoseconds: now * second)
            _ = registry.judgeLeases(&governor, elapsedNanoseconds: now * second)
        }
        #expect(live(registry, at: 5 * second - 1) == ["i0", "i1"])
        #expect(live(registry, at: 5 * second) == ["i1"])
        #expect(live(registry, at: 7 * second) == ["i1"], "the next sweep has not come")
    }

    @Test func noMoreEndAtOnceThanTheLimitTheFirstOnesFirst() throws {
        let most = RegistryLimits.expiriesPerSweepMax
        let registry = try registry(ttl: [5] + Array(repeating: 6, count: most + 200))
        var settings = LeaseGovernor.Settings()
        settings.heldPercent = 100
        var governor = LeaseGovernor(settings, startNanoseconds: 0)
        registry.beginLeases(&governor, elapsedNanoseconds: 0)
        var left = most + 201
        for (now, ended) in [(Int64(5), 0), (6, most), (7, 201), (8, 0)] {
            _ = registry.beginSweep(
                &governor, isRecording: true, elapsedNanoseconds: now * second)
            let batches = registry.expired(elapsedNanoseconds: now * second)
            #expect(batches.reduce(0) { $0 + $1.instances.count } == ended, "\(now)")
            for batch in batches { _ = registry.catalogue.expire(batch, sequence: 9_999) }
            _ = registry.judgeLeases(&governor, elapsedNanoseconds: now * second)
            left -= ended
            #expect(registry.instanceCount == left)
        }
    }

    @Test func aRevocationThatDidNotGetOnRecordIsTakenBack() throws {
        let registry = try registry(ttl: [5, 60])
        let batch = try #require(registry.expired(elapsedNanoseconds: 5 * second).first)
        #expect(try lease(registry, "i0").end == nil)
        registry.restore(batch, elapsedNanoseconds: 9 * second)
        #expect(try lease(registry, "i0").end == 14 * second)
        #expect(try lease(registry, "i1").end == 60 * second)
        #expect(try lease(registry, "i0").renew(elapsedNanoseconds: 13 * second) != nil)
    }

    @Test func aRevokedLeaseDoesNotBeginAnew() throws {
        let registry = try registry(ttl: [5])
        _ = registry.expired(elapsedNanoseconds: 5 * second)
        registry.catalogue.beginLeasesAnew(elapsedNanoseconds: 6 * second)
        #expect(try lease(registry, "i0").end == nil)
    }
}
