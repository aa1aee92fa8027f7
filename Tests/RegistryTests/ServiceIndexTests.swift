import Testing

@testable import Registry

@Suite struct ServiceIndexTests {
    private let api = ServiceKey(namespace: "default", service: "api")

    private func index(_ catalogue: Catalogue) -> UInt64 {
        catalogue.entry(api)?.snapshot.index ?? catalogue.floorIndex(api)
    }

    @Test func isNeverZero() {
        #expect(index(Catalogue(floorIndex: 0)) == 1)
        #expect(Catalogue(floorIndex: 0).index == 1)
    }

    @Test func isTheSequenceOfTheLastChangeOfTheService() throws {
        let catalogue = Catalogue(floorIndex: 0)
        #expect(catalogue.put(try registration("a"), sequence: 5).index == 5)
        #expect(catalogue.put(try registration("b", service: "web"), sequence: 6).index == 6)
        #expect(index(catalogue) == 5)
        #expect(catalogue.index == 6)
        let key = InstanceKey(service: api, id: "a")
        #expect(catalogue.remove(key, sequence: 8, elapsedNanoseconds: 0).index == 8)
        #expect(index(catalogue) == 8)
        #expect(catalogue.index == 8)
    }

    @Test func staysWhenNothingIsChanged() throws {
        let catalogue = Catalogue(floorIndex: 0)
        _ = catalogue.put(try registration("a"), sequence: 5)
        let key = InstanceKey(service: api, id: "other")
        #expect(catalogue.remove(key, sequence: 8, elapsedNanoseconds: 0).effect == .unknown)
        #expect(index(catalogue) == 5)
    }

    @Test func movesWithAnExpiry() throws {
        let catalogue = Catalogue(floorIndex: 0)
        _ = catalogue.put(try registration("a", ttl: 5), sequence: 5)
        let batch = try #require(catalogue.collectExpired(elapsedNanoseconds: 5 * second).first)
        _ = catalogue.expire(batch, sequence: 9)
        #expect(index(catalogue) == 9)
    }

    @Test func neverGoesBackWhenTheServiceLeavesAndReturns() throws {
        let catalogue = Catalogue(floorIndex: 0)
        _ = catalogue.put(try registration("a"), sequence: 5)
        let key = InstanceKey(service: api, id: "a")
        _ = catalogue.remove(key, sequence: 9, elapsedNanoseconds: 0)
        catalogue.dropTombstones(of: catalogue.changed.drain().tombstones, upTo: 9)
        #expect(catalogue.entry(api) == nil)
        #expect(index(catalogue) == 9)
        _ = catalogue.put(try registration("a"), sequence: 11)
        #expect(index(catalogue) == 11)
    }
}
