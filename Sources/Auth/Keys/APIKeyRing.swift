internal import Crypto
internal import NIOConcurrencyHelpers
public import Policy
internal import Synchronization

/// All API keys, in memory as in the store.
///
/// A key is looked up where an event loop meets it for the first time, and again when any key has lost its worth; what it proved is
/// remembered by each loop for itself, so that the lock here is none of a usual request's.
public final class APIKeyRing: Sendable {
    /// One key, ready to be judged.
    final class Entry: Sendable {
        let key: APIKey
        /// Nil where what is stored of it makes no principal.
        let principal: Principal?
        /// Nil where what it is bound to can't be read.
        let terms: APIKeyTerms?

        init(_ key: APIKey, _ principal: Principal?, _ terms: APIKeyTerms?) {
            self.key = key
            self.principal = principal
            self.terms = terms
        }
    }

    struct State {
        var entries: [String: Entry] = [:]
        /// The ids of each owner's.
        var byOwner: [PrincipalDigest: Set<String>] = [:]
        /// Revoked in memory, and not yet on disk.
        var unwritten: Set<String> = []
    }

    let store: CredentialStore
    let bounds: APIKeyBounds
    let resets: BootstrapResets
    let state = NIOLockedValueBox(State())
    let replay = APIKeyReplay()
    private let naming: HolderNaming
    private let changes = Synchronization.Atomic<UInt64>(1)
    private let lookups = Synchronization.Atomic<UInt64>(0)

    /// Reads all keys.
    ///
    /// - Parameters:
    ///   - store: Where they are kept; closed with the ring.
    ///   - trustDomain: The gateway's own, whose services may be owners as such.
    ///   - template: How services are named in it.
    ///   - bounds: How many there may be.
    ///   - resets: When all became void that came of the bootstrap; nil where it is never reset.
    ///   - onlyProvider: The provider of users whose name policies may leave out; nil where there are several or none.
    /// - Throws: ``AuthError/store(_:)``.
    public init(
        _ store: CredentialStore, trustDomain: String, template: IdentityTemplate = .consul,
        bounds: APIKeyBounds = APIKeyBounds(), resets: BootstrapResets? = nil,
        onlyProvider: String? = nil
    ) throws(AuthError) {
        self.resets = resets ?? BootstrapResets(trustDomain: trustDomain)
        self.store = store
        naming = HolderNaming(
            trustDomain: trustDomain, template: template, onlyProvider: onlyProvider)
        self.bounds = bounds
        for (key, used) in try store.loadKeys() { keep(key, usedNanoseconds: used) }
    }

    /// Changes whenever a key that was good may be so no longer.
    public var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// How many there are, ended ones included.
    package var count: Int { state.withLockedValue { $0.entries.count } }

    /// How often a key was looked for; what has no right checksum is not.
    package var lookupCount: UInt64 { lookups.load(ordering: .relaxed) }

    /// Gives the store back.
    public func close() throws(AuthError) { try store.close() }

    func find(_ id: String) -> APIKey? { state.withLockedValue { $0.entries[id]?.key } }

    /// Takes a key as it is from now on.
    func keep(_ key: APIKey, usedNanoseconds: Int64? = nil) {
        let known = state.withLockedValue { $0.entries[key.id] }
        let terms = known?.terms ?? APIKeyTerms(key, usedNanoseconds: usedNanoseconds)
        let entry = Entry(key, principal(of: key), terms)
        state.withLockedValue { state in
            state.entries[key.id] = entry
            state.byOwner[key.owner.digest, default: []].insert(key.id)
        }
        // A new key makes nothing bad that was good, and what was remembered of others stays.
        if known != nil { changes.wrappingAdd(1, ordering: .releasing) }
    }

    /// Has whatever was remembered of keys looked up again.
    func losesWorth() { changes.wrappingAdd(1, ordering: .releasing) }

    func lookUp(_ id: String) -> Entry? {
        lookups.wrappingAdd(1, ordering: .relaxed)
        return state.withLockedValue { $0.entries[id] }
    }

    private func principal(of key: APIKey) -> Principal? {
        key.owner.principal(naming).map { owner in
            var principal = Principal(kind: .key, id: key.id, authentication: .apiKey)
            principal.apiKeyScopes = key.scopes
            principal.owner = KeyOwner(owner)
            return principal
        }
    }

    /// Whether it is worth nothing since the bootstrap was reset that its owner came by.
    func isVoid(_ key: APIKey) -> Bool { resets.isVoid(key.owner, madeBy: key.createdSequence) }

    static func hash(of text: APIKeyText) -> [UInt8] { Array(SHA256.hash(data: text.bytes)) }
}
