import Testing

@testable import Registry

@Suite struct LeaseTests {
    private let catalogue = Catalogue(floorIndex: 0)
    private let key = ServiceKey(namespace: "default", service: "api")

    private func listed(at now: Int64) -> [String] {
        let instances = catalogue.entry(key)?.snapshot.instances ?? []
        return instances.filter { $0.lease.isLive(at: now) }.map(\.id)
    }

    private func lease(_ id: String) throws -> Lease {
        try #require(catalogue.entry(key)?.snapshot.instance(id: id)).lease
    }

    @Test func endsExactlyOneTTLAfterItsStart() throws {
        let lease = Lease(ttlNanoseconds: 30 * second, elapsedNanoseconds: 100)
        #expect(lease.isLive(at: 100))
        #expect(lease.isLive(at: 30 * second + 99))
        #expect(!lease.isLive(at: 30 * second + 100))
    }

    @Test func aHeartbeatGivesAFullTTLFromNow() throws {
        let lease = Lease(ttlNanoseconds: 30 * second, elapsedNanoseconds: 0)
        #expect(lease.renew(elapsedNanoseconds: 20 * second) == 50 * second)
        #expect(lease.isLive(at: 50 * second - 1))
        #expect(!lease.isLive(at: 50 * second))
    }

    @Test func anOlderHeartbeatDoesNotShortenTheLease() throws {
        let lease = Lease(ttlNanoseconds: 30 * second, elapsedNanoseconds: 0)
        #expect(lease.renew(elapsedNanoseconds: 20 * second) == 50 * second)
        #expect(lease.renew(elapsedNanoseconds: 10 * second) == 50 * second)
    }

    @Test func anEndedLeaseIsNotRenewed() throws {
        let lease = Lease(ttlNanoseconds: 30 * second, elapsedNanoseconds: 0)
        #expect(lease.renew(elapsedNanoseconds: 30 * second) == nil)
        #expect(lease.renew(elapsedNanoseconds: 29 * second) == 59 * second)
    }

    @Test func aRevokedLeaseIsNeverRenewed() throws {
        let lease = Lease(ttlNanoseconds: 30 * second, elapsedNanoseconds: 0)
        #expect(!lease.revokeIfEnded(elapsedNanoseconds: 29 * second))
        #expect(lease.revokeIfEnded(elapsedNanoseconds: 30 * second))
        #expect(lease.renew(elapsedNanoseconds: 1) == nil)
        #expect(lease.revokeIfEnded(elapsedNanoseconds: 30 * second))
    }

    @Test func aLeaseAtTheEndOfTimeDoesNotTrap() {
        let lease = Lease(ttlNanoseconds: Int64.max, elapsedNanoseconds: Int64.max)
        #expect(lease.isLive(at: Int64.max - 1))
        #expect(lease.renew(elapsedNanoseconds: Int64.max - 1) == Int64.max)
    }

    @Test func anEndedInstanceIsInvisibleAtOnceAndGoneAfterTheSweep() throws {
        _ = catalogue.put(try registration("a", ttl: 5), sequence: 1)
        _ = catalogue.put(try registration("b", ttl: 60), sequence: 2)
        #expect(listed(at: 5 * second - 1) == ["a", "b"])
        #expect(listed(at: 5 * second) == ["b"])
        #expect(catalogue.count == 2)

        let batches = catalogue.collectExpired(elapsedNanoseconds: 5 * second)
        #expect(batches.map(\.instances) == [[ExpiredInstance(id: "a", sequence: 1)]])
        let applied = catalogue.expire(try #require(batches.first), sequence: 9)
        #expect(applied == Applied(effect: .removed, index: 9, growth: -1))
        #expect(catalogue.count == 1)
        #expect(catalogue.collectExpired(elapsedNanoseconds: 5 * second) == [])
    }

    @Test func aSweepBeforeTheEndTakesNothing() throws {
        _ = catalogue.put(try registration("a", ttl: 5), sequence: 1)
        #expect(catalogue.collectExpired(elapsedNanoseconds: 5 * second - 1) == [])
    }

    @Test func aHeartbeatAfterCollectionIsTooLate() throws {
        _ = catalogue.put(try registration("a", ttl: 5), sequence: 1)
        #expect(catalogue.collectExpired(elapsedNanoseconds: 5 * second).count == 1)
        #expect(try lease("a").renew(elapsedNanoseconds: 4 * second) == nil)
        #expect(listed(at: 4 * second) == [])
    }

    @Test func aBatchThatWasNotRecordedIsNamedAgain() throws {
        _ = catalogue.put(try registration("a", ttl: 5), sequence: 1)
        let first = catalogue.collectExpired(elapsedNanoseconds: 5 * second)
        let again = catalogue.collectExpired(elapsedNanoseconds: 6 * second)
        #expect(first.map(\.instances) == again.map(\.instances))
        #expect(first.map(\.bindingID) != again.map(\.bindingID))
    }

    @Test func aRegistrationAfterCollectionStays() throws {
        _ = catalogue.put(try registration("a", ttl: 5), sequence: 1)
        let batch = try #require(catalogue.collectExpired(elapsedNanoseconds: 5 * second).first)
        let anew = catalogue.put(try registration("a", ttl: 5), sequence: 2, now: 5 * second)
        #expect(anew.effect == .created)
        #expect(catalogue.expire(batch, sequence: 3).growth == 0)
        #expect(listed(at: 6 * second) == ["a"])
    }

    @Test func aRegistrationBeforeAnExpiryRecordButAppliedAfterItStays() throws {
        _ = catalogue.put(try registration("a", ttl: 5), sequence: 1)
        let batch = try #require(catalogue.collectExpired(elapsedNanoseconds: 5 * second).first)
        #expect(catalogue.expire(batch, sequence: 3).growth == -1)
        #expect(catalogue.put(try registration("a"), sequence: 2, now: 0).effect == .created)
        #expect(listed(at: 6 * second) == ["a"])
    }

    @Test func batchesAreBounded() throws {
        let many = RegistryLimits.expiredPerBatchMax * 2 + 3
        for number in 0..<many {
            _ = catalogue.put(
                try registration("i\(number)", ttl: 5), sequence: UInt64(number + 1))
        }
        let batches = catalogue.collectExpired(elapsedNanoseconds: 5 * second)
        #expect(batches.map(\.instances.count).max() == RegistryLimits.expiredPerBatchMax)
        #expect(batches.map(\.instances.count).reduce(0, +) == many)
        for batch in batches {
            let back = try ExpiredBatch.decode(
                detail: try json(String(decoding: batch.encodedDetail(), as: UTF8.self)),
                key: batch.key)
            #expect(back.instances == batch.instances)
        }
    }
}
