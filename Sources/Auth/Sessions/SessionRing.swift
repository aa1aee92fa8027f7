internal import NIOConcurrencyHelpers
public import Policy
internal import Synchronization
internal import Text

/// All sessions, in memory as in the store.
///
/// As with keys, a session is looked up where an event loop meets it for the first time, and again when any has ended; the lock here
/// is none of a usual request's.
public final class SessionRing: Sendable {
    /// One session, ready to be judged.
    final class Entry: Sendable {
        let session: Session
        let hash: SecretHash
        /// Nil where nobody vouches for its holder any more.
        let principal: Principal?
        /// Whose token it was opened with; nil for what was no token.
        let issuer: TokenIssuer?
        /// Who vouches for its holder; nil where no provider does.
        let provider: ProviderIdentity?
        let terms: SessionTerms
        /// When it ends by the clock that nobody sets.
        let elapsedEndNanoseconds: Int64

        init(
            _ session: Session, _ hash: SecretHash, _ principal: Principal?,
            _ voucher: Voucher, _ terms: SessionTerms, elapsedEndNanoseconds: Int64
        ) {
            self.session = session
            self.hash = hash
            self.principal = principal
            issuer = voucher.issuer
            provider = voucher.provider
            self.terms = terms
            self.elapsedEndNanoseconds = elapsedEndNanoseconds
        }
    }

    /// Whose word a session hangs on; neither for one by a certificate or a bootstrap.
    struct Voucher {
        var issuer: TokenIssuer?
        var provider: ProviderIdentity?
    }

    struct State {
        var byHash: [SecretHash: Entry] = [:]
        var byID: [String: Entry] = [:]
        /// The ids of each holder's, the oldest first.
        var byHolder: [PrincipalDigest: [String]] = [:]
        /// Ended in memory, and not yet on disk.
        var unwritten: Set<SecretHash> = []
        /// Those of the store by the records that they were made by, while the log is read.
        var madeBy: [UInt64: String] = [:]
    }

    let store: CredentialStore
    let bounds: SessionBounds
    let revocations: TokenRevocations
    let certificates: CertificateRevocations?
    /// What lets the first person in.
    public let bootstrapTokens: BootstrapTokens
    let elapsed: @Sendable () -> Int64
    let state = NIOLockedValueBox(State())
    private let issuers: [ExactText: TokenIssuer]
    private let providers: [ExactText: ProviderIdentity]
    private let naming: HolderNaming
    private let changes = Synchronization.Atomic<UInt64>(1)

    /// Reads all sessions that are not over.
    ///
    /// - Parameters:
    ///   - store: Where they are kept.
    ///   - naming: How the own trust domain is called and its services are named.
    ///   - issuers: Those whose tokens are taken now; a session by a token of another is no good.
    ///   - providers: Those who vouch for people now; a session by the word of another is no good.
    ///   - revocations: Tokens that are revoked, and their sessions with them.
    ///   - certificates: Certificates that are revoked, and the sessions that were opened with them.
    ///   - resets: When all became void that came of the bootstrap.
    ///   - bounds: How long they live, and how many there may be.
    ///   - nowNanoseconds: The wall clock.
    ///   - elapsed: The clock that nobody sets: no session lives longer by it than it may.
    /// - Throws: ``AuthError/store(_:)``.
    package init(
        _ store: CredentialStore, naming: ServiceNaming, issuers: [TokenIssuer],
        providers: PersonProviders = PersonProviders(),
        revocations: TokenRevocations, certificates: CertificateRevocations? = nil,
        resets: BootstrapResets,
        bounds: SessionBounds = SessionBounds(),
        nowNanoseconds: Int64, elapsed: @escaping @Sendable () -> Int64
    ) throws(AuthError) {
        self.store = store
        self.naming = HolderNaming(
            trustDomain: naming.trustDomain, template: naming.template,
            onlyProvider: providers.onlyProvider(beside: issuers))
        self.providers = Dictionary(
            providers.all.map { (ExactText($0.name), ProviderIdentity($0)) },
            uniquingKeysWith: { first, _ in first })
        self.issuers = Dictionary(
            issuers.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
        self.revocations = revocations
        self.certificates = certificates
        self.bounds = bounds
        self.elapsed = elapsed
        bootstrapTokens = try BootstrapTokens(store, resets: resets, elapsed: elapsed)
        for stored in try store.loadSessions() {
            keep(
                stored.session, stored.hash, usedNanoseconds: stored.usedNanoseconds, nowNanoseconds
            )
            state.withLockedValue { $0.madeBy[stored.session.createdSequence] = stored.session.id }
        }
    }

    /// Changes whenever a session that was good may be so no longer.
    public var generation: UInt64 {
        changes.load(ordering: .acquiring) &+ revocations.generation.value
            &+ bootstrapTokens.resets.sequence &+ (certificates?.generation ?? 0)
    }

    /// How many there are.
    public var count: Int { state.withLockedValue { $0.byID.count } }

    /// Whether a session is a principal's; false for one that there is not.
    public func isOwn(_ id: String, of principal: Principal) -> Bool {
        guard let entry = state.withLockedValue({ $0.byID[id] }) else { return false }
        return entry.session.holder.digest
            == PrincipalDigest(kind: principal.kind.rawValue, id: principal.id)
    }

    func find(_ id: String) -> Entry? { state.withLockedValue { $0.byID[id] } }

    func lookUp(_ hash: SecretHash) -> Entry? { state.withLockedValue { $0.byHash[hash] } }

    /// Takes a session as it is from now on.
    func keep(
        _ session: Session, _ hash: SecretHash, usedNanoseconds: Int64, _ now: Int64
    ) {
        keep(session, hash, SessionTerms(session, usedNanoseconds: usedNanoseconds), now)
    }

    /// Takes a session as it is from now on, its holder's groups among it; who has it open is judged anew.
    func replace(_ entry: Entry, with session: Session, _ now: Int64) {
        keep(session, entry.hash, entry.terms, now)
        changes.wrappingAdd(1, ordering: .releasing)
    }

    private func keep(
        _ session: Session, _ hash: SecretHash, _ terms: SessionTerms, _ now: Int64
    ) {
        let voucher = voucher(of: session)
        let end = end(of: session)
        let left = end.subtractingReportingOverflow(now)
        let life = min(max(left.overflow ? 0 : left.partialValue, 0), bounds.absoluteNanoseconds)
        let entry = Entry(
            session, hash, principal(of: session, voucher), voucher, terms,
            elapsedEndNanoseconds: elapsed().addingReportingOverflow(life).partialValue)
        state.withLockedValue { state in
            state.byHash[hash] = entry
            let isNew = state.byID.updateValue(entry, forKey: session.id) == nil
            if isNew { state.insert(session) }
        }
    }

    /// Forgets sessions, which are refused from then on.
    func forget(_ entries: [Entry]) {
        guard !entries.isEmpty else { return }
        state.withLockedValue { state in
            for entry in entries {
                state.byHash[entry.hash] = nil
                state.byID[entry.session.id] = nil
                let holder = entry.session.holder.digest
                state.byHolder[holder]?.removeAll { $0 == entry.session.id }
                if state.byHolder[holder]?.isEmpty == true { state.byHolder[holder] = nil }
            }
        }
        changes.wrappingAdd(1, ordering: .releasing)
    }

    /// When a session ends at the latest, also where less is configured than when it began.
    func end(of session: Session) -> Int64 {
        let most = session.createdNanoseconds.addingReportingOverflow(bounds.absoluteNanoseconds)
        return min(session.endsNanoseconds, most.overflow ? .max : most.partialValue)
    }

    /// Who of those that are configured now a session hangs on.
    func voucher(of session: Session) -> Voucher {
        guard let name = session.proof.provider.map({ ExactText($0) }) else { return Voucher() }
        switch session.proof.method {
        case .token: return Voucher(issuer: issuers[name])
        case .ldap, .oidc, .saml: return Voucher(provider: providers[name])
        case .certificate, .bootstrap: return Voucher()
        }
    }

    /// The holder under what is configured now; nil where nobody vouches for him any more.
    func principal(of session: Session, _ voucher: Voucher) -> Principal? {
        switch session.proof.method {
        case .token:
            guard let issuer = voucher.issuer,
                session.proof.issuer?.isExactly(issuer.issuer) == true
            else { return nil }
        case .ldap, .oidc, .saml:
            guard let provider = voucher.provider, provider.kind.method == session.proof.method,
                session.proof.issuer?.isExactly(provider.authority) == true
            else { return nil }
        case .certificate, .bootstrap: break
        }
        guard var principal = session.holder.principal(naming) else { return nil }
        principal.authentication = .session
        let allowed = voucher.issuer?.mapping.rolesAllowed ?? voucher.provider?.rolesAllowed ?? []
        principal.directRoles = session.roles.filter { role in
            allowed.contains { $0.isExactly(role) }
        }
        return principal
    }
}

extension SessionRing.State {
    /// Adds a session to those of its holder; it is almost always the newest.
    mutating func insert(_ session: Session) {
        let holder = session.holder.digest
        var place = byHolder[holder]?.count ?? 0
        while place > 0, let before = byHolder[holder]?[place - 1],
            byID[before]?.session.createdNanoseconds ?? 0 > session.createdNanoseconds
        {
            place -= 1
        }
        byHolder[holder, default: []].insert(session.id, at: place)
    }
}
