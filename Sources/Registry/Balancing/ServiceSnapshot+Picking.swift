extension ServiceSnapshot {
    /// Chooses one live instance, or nil where none passes the filter.
    func pick(
        _ strategy: BalancingStrategy, filter: InstanceFilter, cursors: BalancingCursors,
        elapsedNanoseconds: Int64
    ) -> Instance? {
        if filter.isOpen {
            for _ in 0..<min(instances.count, ServiceSnapshot.fastTries) {
                let position = next(strategy, filter, cursors)
                guard position < instances.count else { break }
                let instance = instances[position]
                if instance.lease.isLive(at: elapsedNanoseconds) { return instance }
            }
        }
        return scan(
            strategy, filter: filter, cursors: cursors, elapsedNanoseconds: elapsedNanoseconds)
    }

    /// Tries before ended leases, which stay at most a sweep, make counting the live ones cheaper.
    private static let fastTries = 8

    @inline(__always)
    private func next(
        _ strategy: BalancingStrategy, _ filter: InstanceFilter, _ cursors: BalancingCursors
    ) -> Int {
        let count = UInt64(instances.count)
        switch strategy {
        case .roundRobin:
            return Int(cursors.nextTurn(of: filter) % count)
        case .random:
            return Int(cursors.nextRandom(below: count))
        case .weighted:
            let total = cumulativeWeights.last ?? 0
            guard total > 0 else { return Int(cursors.nextTurn(of: filter) % count) }
            return position(ofWeight: cursors.nextStep(below: total))
        }
    }

    /// The first instance whose cumulative weight is above the given one.
    private func position(ofWeight weight: UInt64) -> Int {
        var low = 0
        var high = cumulativeWeights.count
        while low < high {
            let middle = low + (high - low) / 2
            if cumulativeWeights[middle] <= weight { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Counts what passes, chooses a number below the count, and finds its instance.
    private func scan(
        _ strategy: BalancingStrategy, filter: InstanceFilter, cursors: BalancingCursors,
        elapsedNanoseconds: Int64
    ) -> Instance? {
        let passing = instances.filter {
            $0.lease.isLive(at: elapsedNanoseconds) && filter.passes($0)
        }
        guard !passing.isEmpty else { return nil }
        let chosen = ServiceSnapshot(instances: passing, index: index)
        let position = chosen.next(strategy, filter, cursors)
        return position < passing.count ? passing[position] : passing.last
    }
}
