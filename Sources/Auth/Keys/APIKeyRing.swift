public import Audit
internal import Crypto
internal import NIOConcurrencyHelpers
public import Policy

/// All API keys: made, rotated and revoked under a permit and a receipt, and looked up for requests.
///
/// Serves from memory; each change is on disk before it is acknowledged. A key that is revoked is refused from then on,
/// also on connections that have shown it before.
public final class APIKeyRing: Sendable {
    struct Entry {
        var key: APIKey
        let meter: APIKeyMeter
        let owner: Principal?
        let ranges: [CIDR]
    }

    private let store: APIKeyStore
    let template: IdentityTemplate
    let trustDomain: String
    private let entries: NIOLockedValueBox<[String: Entry]>
    private let listeners = NIOLockedValueBox<[@Sendable () -> Void]>([])
    private let lookups = NIOLockedValueBox(0)

    /// Opens the store.
    ///
    /// - Parameters:
    ///   - path: The SQLite file.
    ///   - trustDomain: The gateway's own trust domain.
    ///   - template: How services are named in it.
    /// - Throws: ``AuthError/store(_:)``.
    public init(
        path: String, trustDomain: String, template: IdentityTemplate = .consul
    ) throws(AuthError) {
        store = try APIKeyStore(path: path)
        self.trustDomain = trustDomain
        self.template = template
        entries = NIOLockedValueBox([:])
        let keys = try store.load()
        for key in keys { keep(key) }
    }

    /// Calls back after each change that makes a remembered credential void.
    public func onChange(_ listener: @escaping @Sendable () -> Void) {
        listeners.withLockedValue { $0.append(listener) }
    }

    /// Revokes keys that the log says were revoked, whatever an old copy of the store says.
    public func replayRevocations(
        _ ids: Set<String>, nowNanoseconds now: Int64
    ) async throws(AuthError) {
        var changed: [APIKey] = []
        for entry in entries.withLockedValue({ Array($0.values) })
        where ids.contains(entry.key.id) && entry.key.revokedNanoseconds == nil {
            var key = entry.key
            key.revokedNanoseconds = now
            changed.append(key)
        }
        guard !changed.isEmpty else { return }
        try await store.write(changed)
        for key in changed { keep(key) }
    }

    // MARK: Operations

    /// Makes a key; its text is in the answer and nowhere else.
    public func create(
        _ request: APIKeyRequest, owner: Principal, permit: consuming Permit,
        receipt: consuming Receipt, nowNanoseconds now: Int64
    ) async throws(AuthError) -> (key: APIKey, text: APIKeyText) {
        try prove(permit, receipt, .keyCreate, nil)
        guard entries.withLockedValue({ $0.count }) < AuthLimits.keysMax else { throw .full }
        let text = APIKeyText.random()
        let key = APIKey(
            id: text.id, name: request.name, owner: APIKeyOwner(owner), scopes: request.scopes,
            cidrs: request.cidrs, spiffeID: request.spiffeID, perMinute: request.perMinute,
            perHour: request.perHour, createdNanoseconds: now,
            startsNanoseconds: now + request.startsInSeconds * 1_000_000_000,
            endsNanoseconds: now + request.endsInSeconds * 1_000_000_000,
            secrets: [.init(hash: APIKeyRing.hash(text.bytes), endsNanoseconds: nil)])
        guard entries.withLockedValue({ $0[text.id] }) == nil else {
            throw .store("the new key's name is taken; try again")
        }
        try await store.write([key])
        keep(key)
        return (key, text)
    }

    /// Gives a key a new secret; the old one is good for the grace and no longer.
    ///
    /// - Returns: nil if there is no such key, or it is revoked.
    public func rotate(
        _ id: String, graceSeconds: Int64, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) async throws(AuthError) -> (key: APIKey, text: APIKeyText)? {
        try prove(permit, receipt, .keyRotate, id)
        guard var key = find(id), key.revokedNanoseconds == nil, key.endsNanoseconds > now else {
            return nil
        }
        let text = APIKeyText.with(id: id)
        let old = key.secrets.first.map { secret in
            APIKey.Secret(hash: secret.hash, endsNanoseconds: now + graceSeconds * 1_000_000_000)
        }
        key.secrets = [.init(hash: APIKeyRing.hash(text.bytes), endsNanoseconds: nil)]
        if graceSeconds > 0, let old { key.secrets.append(old) }
        key.rotatedNanoseconds = now
        try await store.write([key])
        keep(key)
        return (key, text)
    }

    /// Ends a key for good; false if there is no such key.
    public func revoke(
        _ id: String, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) async throws(AuthError) -> Bool {
        try prove(permit, receipt, .keyRevoke, id)
        guard var key = find(id) else { return false }
        if key.revokedNanoseconds == nil {
            key.revokedNanoseconds = now
            // From memory first: it is refused even if the disk fails. The log redoes it.
            keep(key)
            try await store.write([key])
        }
        return true
    }

    /// All keys by name, without their secrets' hashes.
    public func list(
        permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> [APIKey] {
        try prove(permit, receipt, .keyRead, nil)
        return entries.withLockedValue { Array($0.values) }.map(shown).sorted {
            ($0.createdNanoseconds, $0.id) < ($1.createdNanoseconds, $1.id)
        }
    }

    /// One key, without its secrets' hashes.
    public func show(
        _ id: String, permit: consuming Permit, receipt: consuming Receipt
    ) throws(AuthError) -> APIKey? {
        try prove(permit, receipt, .keyRead, id)
        return entries.withLockedValue { $0[id] }.map(shown)
    }

    // MARK: State

    /// Writes the last uses that changed; to be called once a minute.
    public func writeUses() async throws(AuthError) {
        let changed = entries.withLockedValue { Array($0.values) }.compactMap { entry -> APIKey? in
            guard let used = entry.meter.usedNanoseconds,
                used - (entry.key.usedNanoseconds ?? 0) >= AuthLimits.lastUseNanoseconds
            else { return nil }
            var key = entry.key
            key.usedNanoseconds = used
            return key
        }
        guard !changed.isEmpty else { return }
        for key in changed {
            entries.withLockedValue { $0[key.id]?.key.usedNanoseconds = key.usedNanoseconds }
        }
        try await store.write(changed.compactMap { find($0.id) })
    }

    /// Closes the store.
    public func close() { store.close() }

    /// How often a key was looked up: a wrong checksum must not come that far.
    var lookupCount: Int { lookups.withLockedValue { $0 } }

    func lookUp(_ id: String) -> Entry? {
        lookups.withLockedValue { $0 += 1 }
        return entries.withLockedValue { $0[id] }
    }

    static func hash(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }

    private func find(_ id: String) -> APIKey? { entries.withLockedValue { $0[id]?.key } }

    private func shown(_ entry: Entry) -> APIKey {
        var key = entry.key
        key.usedNanoseconds = entry.meter.usedNanoseconds ?? key.usedNanoseconds
        key.secrets = key.secrets.map { .init(hash: [], endsNanoseconds: $0.endsNanoseconds) }
        return key
    }

    private func keep(_ key: APIKey) {
        entries.withLockedValue { entries in
            let meter =
                entries[key.id]?.meter
                ?? APIKeyMeter(
                    perMinute: key.perMinute, perHour: key.perHour,
                    usedNanoseconds: key.usedNanoseconds)
            entries[key.id] = Entry(
                key: key, meter: meter,
                owner: key.owner.principal(template: template, trustDomain: trustDomain),
                ranges: key.cidrs.compactMap { try? CIDR(parsing: $0) })
        }
        for listener in listeners.withLockedValue({ $0 }) { listener() }
    }

    private func prove(
        _ permit: consuming Permit, _ receipt: consuming Receipt, _ action: Action, _ id: String?
    ) throws(AuthError) {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == action,
            permit.operation.resource.id == id
        else { throw .unproven }
    }
}
