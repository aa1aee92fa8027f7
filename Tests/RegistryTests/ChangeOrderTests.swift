import Foundation
import NIOConcurrencyHelpers
import Support
import Testing

@testable import Registry

/// One change of the catalogue with its place in the journal.
enum Change: Sendable {
    case put(Registration, UInt64)
    case remove(InstanceKey, UInt64)
    case expire(ExpiredBatch, UInt64)

    @discardableResult
    func apply(to catalogue: Catalogue) -> Applied {
        switch self {
        case .put(let registration, let sequence):
            catalogue.put(registration, sequence: sequence)
        case .remove(let key, let sequence):
            catalogue.remove(key, sequence: sequence, elapsedNanoseconds: 0)
        case .expire(let batch, let sequence):
            catalogue.expire(batch, sequence: sequence)
        }
    }

    /// Random changes over few names, so that they meet often.
    static func random(
        _ count: Int, from first: UInt64 = 1, _ generator: inout SeededGenerator
    ) throws -> [Change] {
        var changes: [Change] = []
        var lastPut: [InstanceKey: UInt64] = [:]
        for sequence in first..<(first + UInt64(count)) {
            let service = "s\(Int.random(in: 0..<3, using: &generator))"
            let id = "i\(Int.random(in: 0..<6, using: &generator))"
            let key = InstanceKey(
                service: ServiceKey(namespace: "default", service: service), id: id)
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let port = Int.random(in: 1...65_535, using: &generator)
                changes.append(
                    .put(try registration(id, service: service, port: port), sequence))
                lastPut[key] = sequence
            case 5..<8:
                changes.append(.remove(key, sequence))
            default:
                let ended = ExpiredInstance(id: id, sequence: lastPut[key] ?? 1)
                let batch = ExpiredBatch(
                    namespace: "default", service: service, instances: [ended])
                changes.append(.expire(batch, sequence))
            }
        }
        return changes
    }
}

@Suite struct ChangeOrderTests {
    private let key = InstanceKey(
        service: ServiceKey(namespace: "default", service: "api"), id: "a")

    @Test func anOlderRegistrationIsSuperseded() throws {
        let catalogue = Catalogue(floorIndex: 0)
        _ = catalogue.put(try registration("a", port: 2), sequence: 7)
        let late = catalogue.put(try registration("a", port: 1), sequence: 6)
        #expect(late == Applied(effect: .superseded, index: 7))
        #expect(catalogue.contents[key]?.sequence == 7)
    }

    @Test func theSameChangeTwiceIsAppliedOnce() throws {
        let catalogue = Catalogue(floorIndex: 0)
        _ = catalogue.put(try registration("a"), sequence: 7)
        #expect(catalogue.put(try registration("a"), sequence: 7).effect == .superseded)
        #expect(catalogue.count == 1)
    }

    @Test func anOlderRegistrationDoesNotOutliveADeregistration() throws {
        let catalogue = Catalogue(floorIndex: 0)
        let removed = catalogue.remove(key, sequence: 7, elapsedNanoseconds: 0)
        #expect(removed.effect == .unknown)
        #expect(catalogue.put(try registration("a"), sequence: 6).effect == .superseded)
        #expect(catalogue.contents.isEmpty)
        #expect(catalogue.put(try registration("a"), sequence: 8).effect == .created)
    }

    @Test func anOlderDeregistrationIsSuperseded() throws {
        let catalogue = Catalogue(floorIndex: 0)
        _ = catalogue.put(try registration("a"), sequence: 7)
        let late = catalogue.remove(key, sequence: 6, elapsedNanoseconds: 0)
        #expect(late == Applied(effect: .superseded, index: 7))
        #expect(catalogue.count == 1)
    }

    @Test func aTombstoneGoesOnceNothingInFlightCanNeedIt() throws {
        let catalogue = Catalogue(floorIndex: 0)
        _ = catalogue.remove(key, sequence: 7, elapsedNanoseconds: 0)
        let entry = try #require(catalogue.entry(key.service))
        catalogue.dropTombstones(of: catalogue.changed.drain().tombstones, upTo: 6)
        #expect(entry.tombstoneCount == 1)
        catalogue.dropTombstones(of: catalogue.changed.drain().tombstones, upTo: 7)
        #expect(catalogue.entry(key.service) == nil)
    }

    @Test func unknownDeregistrationsLeaveNothingBehind() throws {
        let catalogue = Catalogue(floorIndex: 0)
        for number in 1...1000 as ClosedRange<UInt64> {
            let key = InstanceKey(
                service: ServiceKey(namespace: "default", service: "s\(number)"), id: "a")
            _ = catalogue.remove(key, sequence: number, elapsedNanoseconds: 0)
        }
        catalogue.dropTombstones(of: catalogue.changed.drain().tombstones, upTo: 1000)
        #expect(catalogue.entries().isEmpty)
        #expect(catalogue.changed.isEmpty)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func anyOrderOnManyThreadsEndsInTheStateOfTheJournal(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let changes = try Change.random(400, &generator)
        let expected = Catalogue(floorIndex: 0)
        for change in changes { change.apply(to: expected) }

        let catalogue = Catalogue(floorIndex: 0)
        let shuffled = changes.shuffled(using: &generator)
        DispatchQueue.concurrentPerform(iterations: 4) { lane in
            for position in stride(from: lane, to: shuffled.count, by: 4) {
                shuffled[position].apply(to: catalogue)
            }
        }
        #expect(catalogue.contents == expected.contents)
        #expect(catalogue.count == expected.contents.count)
    }

    @Test func entriesThatRetireUnderWritersLoseNothing() throws {
        let catalogue = Catalogue(floorIndex: 0)
        let registered = try (0..<2000).map { try registration("a", service: "s\($0 % 3)") }
        let isDone = NIOLockedValueBox(false)
        let next = NIOLockedValueBox<UInt64>(0)
        DispatchQueue.concurrentPerform(iterations: 3) { lane in
            if lane == 0 {
                while !isDone.withLockedValue({ $0 }) {
                    let tombstones = Set(
                        (0..<3).map { ServiceKey(namespace: "default", service: "s\($0)") })
                    catalogue.dropTombstones(of: tombstones, upTo: .max)
                }
                return
            }
            for one in registered where one.service == "s\(lane)" {
                let sequence = next.withLockedValue { value in
                    value += 1
                    return value
                }
                _ = catalogue.put(one, sequence: sequence)
                #expect(catalogue.contents[one.key]?.sequence == sequence)
                let removal = next.withLockedValue { value in
                    value += 1
                    return value
                }
                _ = catalogue.remove(one.key, sequence: removal, elapsedNanoseconds: 0)
            }
            if lane == 1 { isDone.withLockedValue { $0 = true } }
        }
        #expect(catalogue.count == 0)
    }
}
