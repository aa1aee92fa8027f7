/// The instances of one service at one moment: immutable, read without a lock.
final class ServiceSnapshot: Sendable {
    /// Sorted by id.
    let instances: [Instance]
    /// The weights added up from the first instance to each.
    let cumulativeWeights: [UInt64]
    /// The sequence of the last change that touched the service.
    let index: UInt64

    init(instances: [Instance], index: UInt64) {
        self.instances = instances
        self.index = index
        var total: UInt64 = 0
        cumulativeWeights = instances.map { instance in
            total += UInt64(clamping: instance.registration.weight)
            return total
        }
    }

    func instance(id: String) -> Instance? {
        let position = instances.position(of: id)
        guard position < instances.count, instances[position].id == id else { return nil }
        return instances[position]
    }
}

extension [Instance] {
    /// The first position whose instance has this id or a greater one.
    func position(of id: String) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
