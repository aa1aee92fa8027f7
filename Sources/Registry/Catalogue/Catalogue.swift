import NIOConcurrencyHelpers
import Synchronization

/// All services.
///
/// A lookup takes one shard's lock for one dictionary access; the rest of a read runs
/// on an immutable snapshot.
final class Catalogue: Sendable {
    struct Shard {
        var entries: [ServiceKey: ServiceEntry] = [:]
        /// The highest index of any service that has left this shard: its index if it comes back.
        var floorIndex: UInt64
    }

    private let shards: [NIOLockedValueBox<Shard>]
    private let instanceCount = Synchronization.Atomic<Int>(0)
    private let highestIndex: Synchronization.Atomic<UInt64>
    private let instancesPerServiceMax: Int
    private let instancesMax: Int
    let changed = ChangedInstances()
    let holdings: Holdings
    /// INVARIANT: changed under the lock of the shard that the service is in, so that it names what the shards have.
    let directory = ServiceDirectory()

    /// Makes an empty catalogue whose indexes start at the given one, never at 0.
    init(
        floorIndex: UInt64, shards: Int = 16,
        instancesPerServiceMax: Int = RegistryLimits.instancesPerServiceMax,
        instancesMax: Int = RegistryLimits.instancesMax,
        quotas: RegistrationQuotas = RegistrationQuotas()
    ) {
        holdings = Holdings(quotas)
        self.instancesPerServiceMax = instancesPerServiceMax
        self.instancesMax = instancesMax
        let floor = max(1, floorIndex)
        self.shards = (0..<max(1, shards)).map { _ in
            NIOLockedValueBox(Shard(floorIndex: floor))
        }
        highestIndex = Synchronization.Atomic(floor)
    }

    /// The number of instances, ended and not yet reclaimed ones included.
    var count: Int { instanceCount.load(ordering: .relaxed) }

    /// The sequence of the last change to any service.
    var index: UInt64 { highestIndex.load(ordering: .acquiring) }

    func entry(_ key: ServiceKey) -> ServiceEntry? {
        shard(of: key).withLockedValue { $0.entries[key] }
    }

    /// The index of a service that has no entry: never lower than any it had before.
    func floorIndex(_ key: ServiceKey) -> UInt64 {
        shard(of: key).withLockedValue { $0.floorIndex }
    }

    func put(
        _ instance: Instance, judged: Judgement = .any, elapsedNanoseconds: Int64, limited: Bool
    ) -> Applied {
        let key = instance.registration.key
        let applied = change(key.service) { entry in
            entry.put(
                instance, judged: judged, elapsedNanoseconds: elapsedNanoseconds,
                limited: limited, admits: admits)
        }
        switch applied.effect {
        // The entry may have been made for it, and is empty then.
        case .full, .overQuota: changed.noteTombstone(key.service)
        case .created, .updated, .removed, .unknown, .superseded, .overtaken: break
        }
        noteChange(applied, of: key)
        return applied
    }

    func remove(
        _ key: InstanceKey, sequence: UInt64, judged: Judgement = .any, elapsedNanoseconds: Int64
    ) -> Applied {
        let applied = change(key.service) { entry in
            entry.remove(
                id: key.id, sequence: sequence, judged: judged,
                elapsedNanoseconds: elapsedNanoseconds)
        }
        changed.noteTombstone(key.service)
        noteChange(applied, of: key)
        return applied
    }

    func expire(_ batch: ExpiredBatch, sequence: UInt64) -> Applied {
        let applied = change(batch.key) { $0.expire(batch.instances, sequence: sequence) }
        instanceCount.wrappingAdd(applied.growth, ordering: .relaxed)
        changed.noteTombstone(batch.key)
        guard applied.growth != 0 else { return applied }
        raiseIndex(to: applied.index)
        for one in batch.instances {
            changed.insert(InstanceKey(service: batch.key, id: one.id))
        }
        return applied
    }

    /// Forgets the tombstones of the given services that nothing in flight can need.
    func dropTombstones(of keys: Set<ServiceKey>, upTo lowWater: UInt64) {
        for key in keys {
            guard let entry = entry(key) else { continue }
            if let index = entry.dropTombstones(upTo: lowWater) {
                leave(entry, index)
            } else if entry.tombstoneCount > 0 {
                changed.noteTombstone(key)
            }
        }
    }

    /// All services at this moment, shard by shard.
    func entries() -> [ServiceEntry] {
        shards.flatMap { shard in shard.withLockedValue { Array($0.entries.values) } }
    }

    private func noteChange(_ applied: Applied, of key: InstanceKey) {
        let isChange = applied.effect == .created || applied.effect == .updated
        guard isChange || applied.growth != 0 else { return }
        instanceCount.wrappingAdd(applied.growth, ordering: .relaxed)
        raiseIndex(to: applied.index)
        changed.insert(key)
    }

    private func raiseIndex(to index: UInt64) {
        highestIndex.max(index, ordering: .acquiringAndReleasing)
    }

    /// Whether there is room for one more instance of a service that has so many.
    func admits(_ instancesOfService: Int) -> Bool {
        instancesOfService < instancesPerServiceMax && count < instancesMax
    }

    /// Runs a change on the service's entry, made if need be, and again where it retires meanwhile.
    private func change(
        _ key: ServiceKey, _ body: (ServiceEntry) -> Applied?
    ) -> Applied {
        while true {
            let entry = shard(of: key).withLockedValue { shard in
                if let entry = shard.entries[key] { return entry }
                let entry = ServiceEntry(
                    key: key, index: shard.floorIndex, holdings: holdings)
                shard.entries[key] = entry
                directory.insert(key)
                return entry
            }
            if let applied = body(entry) { return applied }
            leave(entry, entry.snapshot.index)
        }
    }

    /// Takes a retired entry out.
    private func leave(_ entry: ServiceEntry, _ index: UInt64) {
        shard(of: entry.key).withLockedValue { shard in
            shard.floorIndex = max(shard.floorIndex, index)
            guard shard.entries[entry.key] === entry else { return }
            shard.entries[entry.key] = nil
            directory.remove(entry.key)
        }
    }

    private func shard(of key: ServiceKey) -> NIOLockedValueBox<Shard> {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in key.service.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return shards[Int(truncatingIfNeeded: hash % UInt64(shards.count))]
    }
}
