internal import NIOConcurrencyHelpers
public import PKI
public import Policy
public import Audit
internal import Proofs
internal import Synchronization
internal import Text

/// What is revoked of certificates: in the trust that every handshake asks, in the store, and in the log.
///
/// The record of a revocation is on disk before it is done, and the start takes together what the log and the store know: no copy
/// of either that is put back brings a certificate to life. One is forgotten when whatever it was on has ended.
public final class CertificateRevocations: Sendable {
    /// One revocation that is in force.
    struct Known: Sendable, Equatable {
        let revocation: CertificateRevocation
        /// The second until which certificates of an identity must have been issued to be revoked.
        let atSeconds: Int64
    }

    struct State {
        /// In the order in which they were made.
        var list: [Known] = []
        var byID: [String: Known] = [:]
        /// In force, and not yet in the store.
        var unwritten: [Known] = []
        /// Out of force, and still in the store.
        var forgotten: [String] = []
        /// What the log has told at the start, in its order.
        var replayed: [Known] = []
        /// Whose revocation is being recorded, and how often that was said.
        var suspended: [CertificateTrait: Int] = [:]
    }

    let store: CredentialStore
    let trust: TrustStore
    let trustDomain: String
    let state = NIOLockedValueBox(State())
    private let changes = Synchronization.Atomic<UInt64>(1)

    /// Reads what the store knows, and puts it into force.
    ///
    /// - Parameters:
    ///   - store: Where they are kept.
    ///   - trust: What every handshake asks.
    ///   - trustDomain: The own one.
    /// - Throws: ``AuthError/store(_:)``.
    public init(
        _ store: CredentialStore, trust: TrustStore, trustDomain: String
    ) throws(AuthError) {
        self.store = store
        self.trust = trust
        self.trustDomain = trustDomain
        let list = try store.loadRevocations()
        state.withLockedValue { state in
            state.list = list
            for known in list { state.byID[known.revocation.id] = known }
        }
        for known in list { put(known) }
    }

    /// Changes with every revocation, and before its record is written.
    var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// Which certificates are taken at all: those that were issued here.
    public var issued: IssuedCertificates? { trust.issued }

    /// How many are in force.
    public var count: Int { state.withLockedValue { $0.list.count } }

    /// Why a revocation can't be begun; asked before its intent is recorded.
    public func refusal(of revocation: CertificateRevocation) -> RevocationRefusal? {
        let room =
            if case .authority = revocation.reach { PKILimits.revokedAuthoritiesMax } else { 0 }
        return count < PKILimits.revocationsMax + room ? nil : .full
    }

    /// Revokes from now on, in memory; have what is live of it end, and then call ``write()``.
    ///
    /// - Throws: ``AuthError/unproven(_:)``.
    public func revoke(
        _ revocation: CertificateRevocation, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) throws(AuthError) {
        let wanted = WantedOperation(CertificateRevocation.action, id: revocation.id)
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: wanted) {
            throw .unproven(mismatch.reason)
        }
        // Where the clock was set back meanwhile, what was issued before has the later time.
        let seconds = max(now / 1_000_000_000, trust.issued?.latestSeconds ?? 0)
        let known = Known(revocation: revocation, atSeconds: seconds)
        state.withLockedValue { state in
            state.list.append(known)
            state.byID[revocation.id] = known
            state.unwritten.append(known)
        }
        put(known)
        changed()
    }

    /// Has whoever judged a session before judge it anew.
    func changed() { changes.wrappingAdd(1, ordering: .releasing) }

    /// Whether a session is revoked that was opened with a certificate.
    func isRevoked(_ session: Session) -> Bool {
        guard session.proof.method == .certificate else { return false }
        let revocations = trust.snapshot.revocations
        if revocations.isEmpty { return false }
        if let cut = revocations.identities[ExactText(session.holder.id)],
            cut.blocksIssuance || session.createdNanoseconds / 1_000_000_000 <= cut.untilSeconds
        {
            return true
        }
        let issuers = session.proof.authorities ?? ownKeyIDs
        if issuers.contains(where: revocations.revokedKeyIDs.contains) { return true }
        guard let serial = session.proof.serial else { return false }
        return issuers.contains {
            revocations.certificates.contains(.init(issuerKeyID: $0, serial: serial))
        }
    }

    /// Puts one into force.
    func put(_ known: Known) {
        let own = ownKeyIDs
        trust.revise { Self.add(known, to: &$0, own: own) }
    }

    /// Adds one to what handshakes ask; of several on an identity the last one says whether it may have certificates.
    static func add(_ known: Known, to set: inout RevocationSet, own: [String]) {
        switch known.revocation.reach {
        case .certificate(let serial, let authority):
            for keyID in authority.map({ [$0] }) ?? own {
                set.certificates.insert(.init(issuerKeyID: keyID, serial: serial))
            }
        case .identity(let id, let blocksIssuance):
            let name = ExactText(id.description)
            let until = max(known.atSeconds, set.identities[name]?.untilSeconds ?? 0)
            set.identities[name] = .init(untilSeconds: until, blocksIssuance: blocksIssuance)
        case .authority(let keyID): set.revokedKeyIDs.insert(keyID)
        }
    }

    /// The key identifiers of our own authorities.
    var ownKeyIDs: [String] { trust.snapshot.authorityKeyIDs(of: trustDomain) }
}
