import Support
import Testing

@testable import Registry

@Suite struct BalancingTests {
    private let cursors = BalancingCursors()

    private func snapshot(_ registrations: [Registration]) -> ServiceSnapshot {
        let instances = registrations.map { Instance($0, sequence: 1, elapsedNanoseconds: 0) }
        return ServiceSnapshot(instances: instances, index: 1)
    }

    private func picks(
        _ count: Int, _ snapshot: ServiceSnapshot, _ strategy: BalancingStrategy,
        filter: InstanceFilter = InstanceFilter(), now: Int64 = 0
    ) -> [String] {
        (0..<count).compactMap { _ in
            snapshot.pick(strategy, filter: filter, cursors: cursors, elapsedNanoseconds: now)?.id
        }
    }

    private func counts(_ ids: [String]) -> [String: Int] {
        Dictionary(ids.map { ($0, 1) }, uniquingKeysWith: +)
    }

    @Test func unknownStrategiesAreNoStrategies() {
        #expect(BalancingStrategy(rawValue: "round-robin") == .roundRobin)
        #expect(BalancingStrategy(rawValue: "random") == .random)
        #expect(BalancingStrategy(rawValue: "weighted") == .weighted)
        for name in ["", "Random", "least-connections", "ai-driven", "round_robin", "weighted "] {
            #expect(BalancingStrategy(rawValue: name) == nil)
        }
        #expect(BalancingStrategy.standard == .roundRobin)
    }

    @Test func roundRobinGivesEachItsTurn() throws {
        let snapshot = snapshot(try ["a", "b", "c"].map { try registration($0) })
        #expect(picks(7, snapshot, .roundRobin) == ["a", "b", "c", "a", "b", "c", "a"])
    }

    @Test func roundRobinStaysExactWhileOneHasEnded() throws {
        let snapshot = snapshot([
            try registration("a"), try registration("b", ttl: 5), try registration("c"),
        ])
        let chosen = picks(600, snapshot, .roundRobin, now: 6 * second)
        #expect(counts(chosen) == ["a": 300, "c": 300])
    }

    @Test func roundRobinOfAlternatingFiltersStaysExact() throws {
        let snapshot = snapshot([
            try registration("a", tags: ["x"]), try registration("b", tags: ["x"]),
            try registration("c", tags: ["y"]), try registration("d", tags: ["y"]),
        ])
        var chosen: [String] = []
        for _ in 0..<100 {
            chosen += picks(1, snapshot, .roundRobin, filter: InstanceFilter(tags: ["x"]))
            chosen += picks(1, snapshot, .roundRobin)
        }
        let filtered = stride(from: 0, to: 200, by: 2).map { chosen[$0] }
        #expect(counts(filtered) == ["a": 50, "b": 50])
    }

    @Test(arguments: [[1, 1, 1], [5, 1, 1], [100, 10, 1], [0, 3, 1], [65_535, 65_535, 1]])
    func weightedKeepsToTheSharesAtEveryLength(weights: [Int]) throws {
        let names = ["a", "b", "c"]
        let snapshot = snapshot(
            try zip(names, weights).map { try registration($0, weight: $1) })
        let total = Double(weights.reduce(0, +))
        var seen: [String: Int] = [:]
        for length in 1...5000 {
            for id in picks(1, snapshot, .weighted) { seen[id, default: 0] += 1 }
            for (name, weight) in zip(names, weights) {
                let wanted = Double(length) * Double(weight) / total
                let got = Double(seen[name, default: 0])
                #expect(abs(got - wanted) <= 4, "\(name) after \(length): \(got), not \(wanted)")
            }
        }
        if weights.contains(0) { #expect(seen["a"] == nil) }
    }

    @Test func weightsOfZeroShareAlikeWhereNobodyHasMore() throws {
        let snapshot = snapshot(try ["a", "b"].map { try registration($0, weight: 0) })
        #expect(counts(picks(100, snapshot, .weighted)) == ["a": 50, "b": 50])
    }

    @Test func weightedFindsTheLightOneWhileTheHeavyOneHasEnded() throws {
        let snapshot = snapshot([
            try registration("a", weight: 65_535, ttl: 5), try registration("b", weight: 1),
        ])
        #expect(counts(picks(50, snapshot, .weighted, now: 6 * second)) == ["b": 50])
    }

    @Test func randomIsUniform() throws {
        let names = (0..<10).map { "i\($0)" }
        let snapshot = snapshot(try names.map { try registration($0) })
        let rounds = 100_000
        let seen = counts(picks(rounds, snapshot, .random))
        let wanted = Double(rounds) / 10
        let chiSquare = names.reduce(0.0) { sum, name in
            let difference = Double(seen[name, default: 0]) - wanted
            return sum + difference * difference / wanted
        }
        // 9 degrees of freedom: above 39.7 with a chance below 1 in 100,000, below 0.4 likewise.
        #expect(chiSquare < 39.7 && chiSquare > 0.4)
    }

    @Test func randomDoesNotRepeatAPattern() throws {
        let snapshot = snapshot(try ["a", "b"].map { try registration($0) })
        let chosen = picks(10_000, snapshot, .random)
        let changes = zip(chosen, chosen.dropFirst()).count { $0 != $1 }
        #expect((4_700...5_300).contains(changes))
    }

    @Test(arguments: BalancingStrategy.allCases)
    func filtersHoldForEachStrategy(strategy: BalancingStrategy) throws {
        let snapshot = snapshot([
            try registration("a", tags: ["blue", "x"], version: "1.0"),
            try registration("b", tags: ["blue"], version: "1.0.0"),
            try registration("c", tags: ["green"], version: "2.0"),
            try registration("d", tags: ["blue"], ttl: 5),
        ])
        let blue = InstanceFilter(tags: ["blue"])
        #expect(Set(picks(60, snapshot, strategy, filter: blue, now: 6 * second)) == ["a", "b"])
        let both = InstanceFilter(tags: ["blue", "x"])
        #expect(Set(picks(9, snapshot, strategy, filter: both)) == ["a"])
        let version = InstanceFilter(version: ServiceVersion("1.0"))
        #expect(Set(picks(60, snapshot, strategy, filter: version)) == ["a", "b"])
        let passing = InstanceFilter(health: .passing)
        #expect(Set(picks(60, snapshot, strategy, filter: passing)) == ["a", "b", "c", "d"])
        for health in [Health.warning, .critical] {
            #expect(picks(4, snapshot, strategy, filter: InstanceFilter(health: health)) == [])
        }
        #expect(picks(4, snapshot, strategy, filter: InstanceFilter(tags: ["red"])) == [])
    }

    @Test(arguments: BalancingStrategy.allCases)
    func nothingIsChosenFromNothing(strategy: BalancingStrategy) throws {
        #expect(picks(3, snapshot([]), strategy) == [])
        let ended = snapshot(try (0..<20).map { try registration("i\($0)", ttl: 5) })
        #expect(picks(3, ended, strategy, now: 6 * second) == [])
    }

    @Test(arguments: BalancingStrategy.allCases)
    func instancesThatComeAndGoAreFollowedAtOnce(strategy: BalancingStrategy) throws {
        let catalogue = Catalogue(floorIndex: 0)
        var generator = SeededGenerator(seed: 11)
        var live: Set<String> = []
        for sequence in 1...2000 as ClosedRange<UInt64> {
            let id = "i\(Int.random(in: 0..<12, using: &generator))"
            if Bool.random(using: &generator) {
                _ = catalogue.put(try registration(id, ttl: 60), sequence: sequence)
                live.insert(id)
            } else {
                let key = InstanceKey(
                    service: ServiceKey(namespace: "default", service: "api"), id: id)
                _ = catalogue.remove(key, sequence: sequence, elapsedNanoseconds: 0)
                live.remove(id)
            }
            let entry = try #require(
                catalogue.entry(ServiceKey(namespace: "default", service: "api")))
            let picked = entry.snapshot.pick(
                strategy, filter: InstanceFilter(), cursors: entry.cursors, elapsedNanoseconds: 0)
            #expect(picked.map { live.contains($0.id) } ?? live.isEmpty)
        }
    }
}
