public import Audit
import NIOConcurrencyHelpers
public import Policy
import Proofs

/// Keeps the authorities of our trust domain: what there is, and each step of their lives.
///
/// A step is durable before it is in force: the key first, then the certificate, then the ledger that names both. One step at a time.
public final class AuthorityOffice: Sendable {
    /// How long authorities last.
    struct Lives: Sendable {
        let rootSeconds: Int64
        let intermediateSeconds: Int64
        /// The longest that a leaf may live.
        let leafSeconds: Int64
    }

    /// The trust domain.
    public let trustDomain: String
    /// How many leaves each authority has signed.
    let tally: IssuanceTally
    /// Who has seen which bundle.
    public let adoption: AdoptionBoard
    let files: AuthorityFiles
    let lives: Lives
    let trust: TrustStore
    let signing: CertificateAuthority
    /// Those of the lists of revoked certificates.
    let listNumbers = ListNumbers()
    let turn = NIOLock()
    let replayed = NIOLockedValueBox(AuthorityReplay())
    private let state: NIOLockedValueBox<AuthorityHoldings>

    init(
        _ holdings: AuthorityHoldings, files: AuthorityFiles, lives: Lives,
        signing: CertificateAuthority, tally: IssuanceTally, adoption: AdoptionBoard
    ) {
        self.adoption = adoption
        trustDomain = signing.trustDomain
        trust = signing.trust
        self.files = files
        self.lives = lives
        self.signing = signing
        self.tally = tally
        state = NIOLockedValueBox(holdings)
    }

    /// What there is now.
    var holdings: AuthorityHoldings { state.withLockedValue { $0 } }

    /// All authorities, as they stand now.
    public var ledger: AuthorityLedger { holdings.ledger }

    /// All authorities with the number of their unended leaves, for whoever may see them.
    ///
    /// - Throws: `PKIError.unproven` where permit and receipt are not for `ca.read`.
    public func list(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds now: Int64
    ) throws(PKIError) -> AuthorityListing {
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: .init(.caRead)) {
            throw .unproven(mismatch.reason)
        }
        let holdings = holdings
        return AuthorityListing(
            trustDomain: trustDomain,
            authorities: holdings.ledger.authorities.map { authority in
                AuthorityListing.Entry(
                    authority: authority,
                    leaves: tally.unended(authority.keyID, nowNanoseconds: now),
                    awaited: awaited(by: authority, nowNanoseconds: now),
                    key: files.place(of: authority.file), list: holdings.lists[authority.keyID])
            })
    }

    /// Who has not seen a prepared root yet.
    func awaited(by authority: AuthorityRecord, nowNanoseconds now: Int64) -> [String] {
        guard authority.kind == .root, authority.stage == .prepared else { return [] }
        return adoption.laggards(since: authority.sinceNanoseconds, nowNanoseconds: now)
    }

    /// Puts a change on disk, and then in force: whoever signs next is known by then.
    ///
    /// The caller has the turn.
    func adopt(
        _ next: AuthorityHoldings, signer: CertificateAuthority.Signer? = nil
    ) throws(PKIError) {
        let bundle = try next.bundle(trustDomain)
        let intermediates = try next.intermediates(trustDomain)
        try files.store(next.ledger)
        trust.setAuthorities(
            bundle, intermediates: intermediates, refused: next.refused,
            tainted: next.tainted)
        if let signer { signing.use(signer) }
        state.withLockedValue { $0 = next }
    }
}

/// The authorities of a trust domain, as they are shown.
public struct AuthorityListing: Sendable {
    /// One of them.
    public struct Entry: Sendable {
        /// What the ledger says.
        public let authority: AuthorityRecord
        /// How many leaves that it signed have not ended, as far as log and process know.
        public let leaves: Int
        /// Who has to see a prepared root before it may sign.
        public let awaited: [String]
        /// Where its private key is.
        public let key: KeyPlace
        /// The list of revoked certificates that was made where a root's key is, and given to us.
        public let list: InstalledList?
    }

    /// The trust domain.
    public let trustDomain: String
    /// Oldest first.
    public let authorities: [Entry]
}
