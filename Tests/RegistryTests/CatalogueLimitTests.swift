import Testing

@testable import Registry

@Suite struct CatalogueLimitTests {
    @Test func aFullServiceTakesNoMoreButLetsItsOwnBeReplaced() throws {
        let catalogue = Catalogue(floorIndex: 0, instancesPerServiceMax: 3)
        for number in 1...3 as ClosedRange<UInt64> {
            _ = catalogue.put(try registration("i\(number)"), sequence: number)
        }
        #expect(catalogue.put(try registration("one-more"), sequence: 4).effect == .full)
        #expect(catalogue.count == 3)
        #expect(catalogue.put(try registration("i2", port: 9), sequence: 5).effect == .updated)
        #expect(
            catalogue.put(try registration("a", service: "web"), sequence: 6).effect == .created)
    }

    @Test func aFullCatalogueTakesNoMore() throws {
        let catalogue = Catalogue(floorIndex: 0, instancesMax: 2)
        for number in 1...2 as ClosedRange<UInt64> {
            _ = catalogue.put(try registration("a", service: "s\(number)"), sequence: number)
        }
        #expect(catalogue.put(try registration("a", service: "s3"), sequence: 3).effect == .full)
        catalogue.dropTombstones(of: catalogue.changed.drain().tombstones, upTo: 3)
        #expect(catalogue.entries().count == 2)
    }

    @Test func whatWasAcknowledgedIsRedoneWhateverTheLimits() throws {
        let catalogue = Catalogue(floorIndex: 0, instancesPerServiceMax: 1, instancesMax: 1)
        for number in 1...3 as ClosedRange<UInt64> {
            let instance = Instance(
                try registration("i\(number)"), sequence: number, elapsedNanoseconds: 0)
            let applied = catalogue.put(instance, elapsedNanoseconds: 0, limited: false)
            #expect(applied.effect == .created)
        }
    }
}
