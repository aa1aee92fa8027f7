public import Audit
internal import NIOConcurrencyHelpers
public import Policy

/// The registration entries of a trust domain and the join tokens of its agents.
///
/// Every change is in the store before it is in memory, and in memory before it is answered.
public final class EntryCatalogue: Sendable {
    struct State {
        var entries: [String: RegistrationEntry] = [:]
        var byAgent: [String: Set<String>] = [:]
        var tokens: [[UInt8]: StoredJoinToken] = [:]
        var index: UInt64 = 0
        /// The index of the last change of an agent's entries; without one, the index at the start.
        var agentIndexes: [String: UInt64] = [:]
        var firstIndex: UInt64 = 0
    }

    /// What entries may say.
    public let rules: EntryRules
    let store: any EntryStore
    let state: NIOLockedValueBox<State>

    /// Loads what the store holds.
    ///
    /// - Throws: `EntryRefusal.storeFailed`.
    public init(store: any EntryStore, rules: EntryRules) throws(EntryRefusal) {
        let stored = try store.load()
        var state = State(index: stored.index, firstIndex: stored.index)
        for entry in stored.entries { state.insert(entry) }
        for token in stored.tokens { state.tokens[token.hash] = token }
        self.rules = rules
        self.store = store
        self.state = NIOLockedValueBox(state)
    }

    /// Grows with every change of the entries.
    public var index: UInt64 { state.withLockedValue { $0.index } }

    /// Changes with every change of an agent's entries.
    public func index(ofAgent agent: String) -> UInt64 {
        state.withLockedValue { $0.agentIndexes[agent] ?? $0.firstIndex }
    }

    /// The entry of a number, for deciding what is asked; nothing is answered from it.
    public func resource(of id: String) -> Resource {
        let entry = state.withLockedValue { $0.entries[id] }
        guard
            let service = entry.flatMap({ IdentityTemplate.consul.serviceIdentity(of: $0.spiffeID) }
            )
        else { return Resource(id: id) }
        return Resource(service: service.service, namespace: service.namespace, id: id)
    }

    /// Makes an entry; the permit must be for `identity.token`.
    public func create(
        _ draft: EntryDraft, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds: Int64
    ) -> Result<RegistrationEntry, EntryRefusal> {
        do throws(EntryRefusal) {
            try Self.prove(permit, receipt, .identityToken)
            let id = hexText((0..<16).map { _ in UInt8.random(in: 0...255) })
            let entry = try draft.checked(by: rules, id: id, nowNanoseconds: nowNanoseconds)
            return .success(try insert(entry))
        } catch {
            return .failure(error)
        }
    }

    /// Removes an entry; the permit must be for `identity.token`.
    public func delete(
        _ id: String, permit: consuming Permit, receipt: consuming Receipt
    ) -> Result<RegistrationEntry, EntryRefusal> {
        do throws(EntryRefusal) {
            try Self.prove(permit, receipt, .identityToken)
            return .success(try remove(id))
        } catch {
            return .failure(error)
        }
    }

    /// The entries, of one agent or all, in the order they were made, and the list's index.
    ///
    /// The permit must be for `identity.token`, or for `identity.attest` where an agent asks for its own.
    public func list(
        agent: String?, action: Action = .identityToken, permit: consuming Permit,
        receipt: consuming Receipt
    ) -> Result<(entries: [RegistrationEntry], index: UInt64), EntryRefusal> {
        do throws(EntryRefusal) {
            try Self.prove(permit, receipt, action)
        } catch {
            return .failure(error)
        }
        return .success(entries(of: agent))
    }

    /// One entry; the permit must be for `identity.token`.
    public func entry(
        _ id: String, permit: consuming Permit, receipt: consuming Receipt
    ) -> Result<RegistrationEntry, EntryRefusal> {
        do throws(EntryRefusal) {
            try Self.prove(permit, receipt, .identityToken)
            return .success(try find(id))
        } catch {
            return .failure(error)
        }
    }

    /// The entries of an agent or all, for answering an agent that was permitted to wait for them.
    public func entries(of agent: String?) -> (entries: [RegistrationEntry], index: UInt64) {
        state.withLockedValue { state in
            let chosen: [RegistrationEntry]
            if let agent {
                chosen = (state.byAgent[agent] ?? []).compactMap { state.entries[$0] }
            } else {
                chosen = Array(state.entries.values)
            }
            return (chosen.sorted(by: Self.isEarlier), state.index)
        }
    }

    /// The entry that an agent may hand out; another agent's is refused.
    func entry(_ id: String, for agent: String) throws(EntryRefusal) -> RegistrationEntry {
        let entry = try find(id)
        guard entry.agent == agent else { throw .notYours(id: id) }
        return entry
    }

    private func find(_ id: String) throws(EntryRefusal) -> RegistrationEntry {
        guard let entry = state.withLockedValue({ $0.entries[id] }) else {
            throw .unknown(id: id)
        }
        return entry
    }

    static func prove(
        _ permit: borrowing Permit, _ receipt: borrowing Receipt, _ action: Action
    ) throws(EntryRefusal) {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == action else {
            throw .unproven("permit and receipt are not for \(action.name)")
        }
    }

    private static func isEarlier(_ one: RegistrationEntry, _ other: RegistrationEntry) -> Bool {
        (one.createdNanoseconds, one.id) < (other.createdNanoseconds, other.id)
    }
}

extension EntryCatalogue {
    private func insert(_ entry: RegistrationEntry) throws(EntryRefusal) -> RegistrationEntry {
        try change { state throws(EntryRefusal) in
            let own = state.byAgent[entry.agent] ?? []
            let same = own.compactMap { state.entries[$0] }.first {
                $0.spiffeID == entry.spiffeID && $0.selectors == entry.selectors
            }
            if let same { throw .exists(id: same.id) }
            guard state.entries.count < PKILimits.entriesMax else { throw .full("entries") }
            guard own.count < PKILimits.agentEntriesMax else { throw .full("entries of the agent") }
            try store.add(entry, index: state.index + 1)
            state.insert(entry)
            state.index += 1
            state.agentIndexes[entry.agent] = state.index
            return entry
        }
    }

    private func remove(_ id: String) throws(EntryRefusal) -> RegistrationEntry {
        try change { state throws(EntryRefusal) in
            guard let entry = state.entries[id] else { throw .unknown(id: id) }
            try store.remove(id: id, index: state.index + 1)
            state.entries[id] = nil
            state.byAgent[entry.agent]?.remove(id)
            state.index += 1
            state.agentIndexes[entry.agent] = state.index
            return entry
        }
    }

    /// Runs a change under the lock; the store's write is part of it, so that both agree on the order.
    func change<Value>(
        _ body: (inout State) throws(EntryRefusal) -> Value
    ) throws(EntryRefusal) -> Value {
        let result: Result<Value, EntryRefusal> = state.withLockedValue { state in
            do throws(EntryRefusal) {
                return .success(try body(&state))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension EntryCatalogue.State {
    mutating func insert(_ entry: RegistrationEntry) {
        entries[entry.id] = entry
        byAgent[entry.agent, default: []].insert(entry.id)
    }
}
