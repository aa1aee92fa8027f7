import NIOConcurrencyHelpers
import Policy

/// What became of one change.
struct Applied: Equatable, Sendable {
    enum Effect: Equatable, Sendable {
        case created, updated, removed, unknown, superseded, full
        /// What is there is not what was judged: nothing was changed.
        case overtaken
        /// The principal or the namespace has as many registrations as it may.
        case overQuota(FullQuota)
    }

    var effect: Effect
    var index: UInt64
    /// The number of instances that the change added or, negative, took away.
    var growth = 0
}

/// What a change was judged to be a change of.
enum Judgement: Sendable {
    /// Judged once and for all: it is done again from the log.
    case any
    /// An instance of this revision; nil means none.
    case revision(UInt64?)

    /// Whether a change of what is there was judged; of nothing, there is nothing to judge.
    func covers(_ existing: Instance?) -> Bool {
        switch self {
        case .any: true
        case .revision(let revision): existing == nil || existing?.sequence == revision
        }
    }
}

/// One service: writers take turns at its state, readers take its last snapshot.
///
/// Changes may arrive in any order. Each instance, and each tombstone of a removed one, remembers
/// the sequence of its last change; an older change is superseded. So any order of arrival ends in
/// the state of the order of sequences.
final class ServiceEntry: Sendable {
    let key: ServiceKey
    let cursors = BalancingCursors()
    private let holdings: Holdings
    private let published: NIOLockedValueBox<ServiceSnapshot>
    private let state: NIOLockedValueBox<State>

    fileprivate struct State {
        var instances: [Instance] = []
        var tombstones: [String: UInt64] = [:]
        var index: UInt64
        var isRetired = false
    }

    init(key: ServiceKey, index: UInt64, holdings: Holdings) {
        self.key = key
        self.holdings = holdings
        published = NIOLockedValueBox(ServiceSnapshot(instances: [], index: index))
        state = NIOLockedValueBox(State(index: index))
    }

    var snapshot: ServiceSnapshot { published.withLockedValue { $0 } }

    /// Adds or replaces an instance; nil where the entry was retired meanwhile.
    func put(
        _ instance: Instance, judged: Judgement, elapsedNanoseconds: Int64, limited: Bool,
        admits: (Int) -> Bool
    ) -> Applied? {
        change { state in
            let id = instance.id
            if let last = state.tombstones[id], last >= instance.sequence {
                state.index = max(state.index, last)
                return Applied(effect: .superseded, index: state.index)
            }
            let position = state.instances.position(of: id)
            let existing = state.instance(at: position, id: id)
            if let existing, existing.sequence >= instance.sequence {
                return Applied(effect: .superseded, index: state.index)
            }
            guard judged.covers(existing) else {
                return Applied(effect: .overtaken, index: state.index)
            }
            guard existing != nil || !limited || admits(state.instances.count) else {
                return Applied(effect: .full, index: state.index)
            }
            if let full = holdings.enter(instance, inPlaceOf: existing, limited: limited) {
                return Applied(effect: .overQuota(full), index: state.index)
            }
            state.tombstones[id] = nil
            state.index = max(state.index, instance.sequence)
            guard let existing else {
                state.instances.insert(instance, at: position)
                return Applied(effect: .created, index: state.index, growth: 1)
            }
            state.instances[position] = instance
            let wasLive = existing.lease.isLive(at: elapsedNanoseconds)
            return Applied(effect: wasLive ? .updated : .created, index: state.index)
        }
    }

    /// Takes an instance away and leaves a tombstone; nil where the entry was retired meanwhile.
    func remove(
        id: String, sequence: UInt64, judged: Judgement, elapsedNanoseconds: Int64
    ) -> Applied? {
        change { state in
            if let last = state.tombstones[id], last >= sequence {
                return Applied(effect: .superseded, index: state.index)
            }
            let position = state.instances.position(of: id)
            guard let existing = state.instance(at: position, id: id) else {
                state.tombstones[id] = sequence
                return Applied(effect: .unknown, index: state.index)
            }
            guard existing.sequence < sequence else {
                return Applied(effect: .superseded, index: state.index)
            }
            guard judged.covers(existing) else {
                return Applied(effect: .overtaken, index: state.index)
            }
            state.instances.remove(at: position)
            holdings.leave(existing)
            state.tombstones[id] = sequence
            state.index = max(state.index, sequence)
            let wasLive = existing.lease.isLive(at: elapsedNanoseconds)
            return Applied(
                effect: wasLive ? .removed : .unknown, index: state.index, growth: -1)
        }
    }

    /// Takes away the registrations named and older ones; later ones stay.
    ///
    /// The tombstone has the registration's sequence, not the expiry's: a registration that came
    /// between the two in the journal is not superseded by an expiry that did not mean it.
    func expire(_ expired: [ExpiredInstance], sequence: UInt64) -> Applied? {
        change { state in
            var removed = 0
            for one in expired {
                let position = state.instances.position(of: one.id)
                let existing = state.instance(at: position, id: one.id)
                if let existing, existing.sequence > one.sequence { continue }
                state.tombstones[one.id] = max(state.tombstones[one.id] ?? 0, one.sequence)
                guard let existing else { continue }
                state.instances.remove(at: position)
                holdings.leave(existing)
                removed += 1
            }
            guard removed > 0 else { return Applied(effect: .unknown, index: state.index) }
            state.index = max(state.index, sequence)
            return Applied(effect: .removed, index: state.index, growth: -removed)
        }
    }

    /// Has the instances of some be nobody's; nothing else of them changes.
    ///
    /// - Returns: The ids of those instances.
    func disown(_ owners: Set<PrincipalDigest>) -> [String] {
        state.withLockedValue { state in
            var ids: [String] = []
            for (position, instance) in state.instances.enumerated() {
                guard let owner = instance.owner, owners.contains(owner) else { continue }
                state.instances[position] = instance.ofNobody
                ids.append(instance.id)
            }
            guard !ids.isEmpty else { return [] }
            let snapshot = ServiceSnapshot(instances: state.instances, index: state.index)
            published.withLockedValue { $0 = snapshot }
            holdings.forget(owners)
            return ids
        }
    }

    /// Forgets tombstones that no change in flight can be older than; retires an empty entry.
    ///
    /// - Returns: The entry's last index where it was retired and must leave the catalogue.
    func dropTombstones(upTo lowWater: UInt64) -> UInt64? {
        state.withLockedValue { state in
            state.tombstones = state.tombstones.filter { $0.value > lowWater }
            guard state.instances.isEmpty, state.tombstones.isEmpty, !state.isRetired else {
                return nil
            }
            state.isRetired = true
            return state.index
        }
    }

    var tombstoneCount: Int { state.withLockedValue { $0.tombstones.count } }

    private func change(_ body: (inout State) -> Applied) -> Applied? {
        state.withLockedValue { state in
            guard !state.isRetired else { return nil }
            let index = state.index
            let applied = body(&state)
            guard
                applied.growth != 0 || applied.effect == .updated || applied.effect == .created
                    || state.index != index
            else { return applied }
            let snapshot = ServiceSnapshot(instances: state.instances, index: state.index)
            published.withLockedValue { $0 = snapshot }
            return applied
        }
    }
}

extension ServiceEntry.State {
    fileprivate func instance(at position: Int, id: String) -> Instance? {
        guard position < instances.count, instances[position].id == id else { return nil }
        return instances[position]
    }
}
