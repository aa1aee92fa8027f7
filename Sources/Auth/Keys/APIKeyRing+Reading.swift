public import Audit
internal import NIOConcurrencyHelpers
public import Policy

/// A key as it is shown: what is known of it, and when it was used last.
public struct ShownAPIKey: Sendable {
    /// What is known of the key; the hashes of its secrets stay in this module.
    public let key: APIKey
    /// When it was used last, to a second; nil for never.
    public let usedNanoseconds: Int64?

    private let isVoid: Bool

    init(_ entry: APIKeyRing.Entry, isVoid: Bool) {
        key = entry.key
        usedNanoseconds = entry.terms?.usedNanoseconds
        self.isVoid = isVoid
    }

    /// What it is at a moment; one of a bootstrap that was reset is revoked.
    public func condition(nowNanoseconds now: Int64) -> APIKey.Condition {
        isVoid ? .revoked : key.condition(nowNanoseconds: now)
    }
}

extension APIKeyRing {
    /// One key; nil if there is none of that id.
    public func show(
        _ id: String, permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> ShownAPIKey? {
        _ = try clear(permit, receipt, .keyRead, id)
        return state.withLockedValue { $0.entries[id] }.map(shown)
    }

    /// A page of all keys by id; `next` is the last one's id, where more follow.
    public func list(
        after last: String?, limit: Int, permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> (keys: [ShownAPIKey], next: String?) {
        _ = try clear(permit, receipt, .keyRead, nil)
        let entries = state.withLockedValue { Array($0.entries.values) }
        let rest = entries.filter { entry in last.map { entry.key.id > $0 } ?? true }
            .sorted { $0.key.id < $1.key.id }
        let page = rest.prefix(limit)
        return (page.map(shown), rest.count > page.count ? page.last?.key.id : nil)
    }

    private func shown(_ entry: Entry) -> ShownAPIKey {
        ShownAPIKey(entry, isVoid: isVoid(entry.key))
    }

    /// Writes the last uses that have changed, and revocations that could not be written; for once a minute.
    public func writeUses() async throws(AuthError) {
        let unwritten = state.withLockedValue { state in
            state.unwritten.compactMap { state.entries[$0]?.key }
        }
        if !unwritten.isEmpty {
            try await store.change {
                CredentialStore.Change(
                    keys: unwritten, result: (),
                    kept: {
                        self.state.withLockedValue { $0.unwritten.subtract(unwritten.map(\.id)) }
                    })
            }
        }
        let uses = state.withLockedValue { Array($0.entries.values) }.compactMap { entry in
            entry.terms?.unwrittenUse().map { (id: entry.key.id, nanoseconds: $0) }
        }
        try await store.write(uses: uses)
    }
}
