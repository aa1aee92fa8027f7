import Crypto
import Policy
import Text

/// Verifies X509-SVIDs against the bundle of exactly their own trust domain.
///
/// X509-SVID section 5 on top of RFC 5280 section 6. Safe to use from any thread; costs are bounded before
/// any signature is checked. A verdict is remembered for exactly the chain that was presented and the trust epoch; the time is
/// checked every time. So a chain has one verdict, whatever else was seen before.
public final class SVIDVerifier: Sendable {
    private struct Verdict: Sendable {
        let peer: VerifiedPeer
        let epoch: UInt64
        let path: ValidatedPath
    }

    let trust: TrustStore
    private let issued: IssuedCertificates?
    let validator: PathValidator
    /// By the whole chain.
    private let verdicts: GenerationMemo<Fingerprint, Verdict>
    /// By the leaf, which is all that a resumed session shows of the chain of its full handshake.
    private let sessions: GenerationMemo<Fingerprint, Verdict>

    /// Verifies against what `trust` holds at the time of each call.
    public init(
        trust: TrustStore, clockSkewNanoseconds: Int64 = PKILimits.clockSkewNanoseconds,
        verdictMemoEntries: Int = PKILimits.verdictMemoEntries
    ) {
        self.trust = trust
        issued = trust.issued
        validator = PathValidator(
            signatures: SignatureMemo(), clockSkewNanoseconds: clockSkewNanoseconds)
        verdicts = GenerationMemo(capacity: verdictMemoEntries)
        sessions = GenerationMemo(capacity: verdictMemoEntries)
    }

    /// How many certificates of our own authorities are taken.
    public var issuedCount: Int { issued?.count ?? 0 }

    /// Verifies what a peer presented in a full handshake.
    public func verify(
        _ chain: UnverifiedChain, nowNanoseconds: Int64
    ) -> Result<VerifiedPeer, PeerRefusal> {
        do throws(PeerRefusal) {
            return .success(try verified(chain.derCertificates, now: nowNanoseconds))
        } catch {
            return .failure(error)
        }
    }

    /// Verifies the leaf of a resumed session against the trust of now.
    ///
    /// The intermediates come from our own store or from the verdict of an earlier full handshake, whose path
    /// is validated anew when the trust has changed since.
    public func reverify(
        leafDER: [UInt8], nowNanoseconds: Int64
    ) -> Result<VerifiedPeer, PeerRefusal> {
        do throws(PeerRefusal) {
            return .success(try reverified(leafDER, now: nowNanoseconds))
        } catch {
            return .failure(error)
        }
    }

    /// Verifies a chain without reading or filling the memo of verdicts; for what we issued ourselves.
    func verifyUnremembered(
        _ chain: [[UInt8]], nowNanoseconds: Int64
    ) throws(PeerRefusal) -> VerifiedPeer {
        try verifyUnremembered(Self.parse(chain), nowNanoseconds: nowNanoseconds)
    }

    /// The same where each was parsed from the very bytes that leave.
    func verifyUnremembered(
        _ path: [ParsedCertificate], nowNanoseconds: Int64
    ) throws(PeerRefusal) -> VerifiedPeer {
        try verdict(path, trust: trust.snapshot, now: nowNanoseconds, isOurs: true).peer
    }

    private func verified(_ chain: [[UInt8]], now: Int64) throws(PeerRefusal) -> VerifiedPeer {
        try Self.checkSizes(chain)
        guard let leaf = chain.first else { throw .noCertificate }
        let snapshot = trust.snapshot
        let key = Fingerprint(ofChain: chain)
        if let known = Self.valid(verdicts[key], epoch: snapshot.epoch, now: now) { return known }
        let verdict = try verdict(Self.parse(chain), trust: snapshot, now: now)
        verdicts[key] = verdict
        sessions[Fingerprint(of: leaf)] = verdict
        return verdict.peer
    }

    private func reverified(_ leafDER: [UInt8], now: Int64) throws(PeerRefusal) -> VerifiedPeer {
        try Self.checkSizes([leafDER])
        let snapshot = trust.snapshot
        let key = Fingerprint(of: leafDER)
        let earlier = sessions[key]
        if let known = Self.valid(earlier, epoch: snapshot.epoch, now: now) {
            return try Self.resumed(known, snapshot)
        }
        let path = if let earlier { earlier.path.elements } else { try Self.parse([leafDER]) }
        let verdict = try verdict(path, trust: snapshot, now: now)
        sessions[key] = verdict
        return try Self.resumed(verdict.peer, snapshot)
    }

    /// A full handshake of somebody with a certificate of a tainted authority is taken, a resumed session is not.
    private static func resumed(
        _ peer: VerifiedPeer, _ trust: TrustSnapshot
    ) throws(PeerRefusal) -> VerifiedPeer {
        guard !trust.revocations.taintedKeyIDs.isEmpty else { return peer }
        if let refusal = trust.revocations.refusal(of: peer, isResumed: true) { throw refusal }
        return peer
    }

    /// Why a peer may go on no longer although it was let in; nil where it may.
    ///
    /// Asked once it is known to be live: what was revoked between its verdict and then is found here.
    public func refusal(of peer: VerifiedPeer, isResumed: Bool) -> PeerRefusal? {
        trust.snapshot.revocations.refusal(of: peer, isResumed: isResumed)
    }

    private static func valid(_ verdict: Verdict?, epoch: UInt64, now: Int64) -> VerifiedPeer? {
        guard let verdict, verdict.epoch == epoch,
            verdict.path.notBeforeNanoseconds <= now, now <= verdict.path.notAfterNanoseconds
        else { return nil }
        return verdict.peer
    }

    /// `isOurs` says that we have just signed it or found it where only we write: then it need not be recorded yet.
    private func verdict(
        _ chain: [ParsedCertificate], trust: TrustSnapshot, now: Int64, isOurs: Bool = false
    ) throws(PeerRefusal) -> Verdict {
        guard let leaf = chain.first else { throw .noCertificate }
        let id = try LeafRules.spiffeID(of: leaf)
        guard let bundle = trust.bundles[id.trustDomain] else {
            throw .unknownTrustDomain(id.trustDomain)
        }
        let known = trust.intermediates.flatMap { $0.trustDomain == id.trustDomain ? $0 : nil }
        let path = try validator.validate(
            chain, bundle: bundle, known: known, revocations: trust.revocations,
            nowNanoseconds: now)
        for (index, authority) in path.elements.enumerated().dropFirst() {
            let named = try AuthorityRules.checkProfile(authority, element: index)
            guard named == nil || named == id.trustDomain else {
                throw .untrusted(trustDomain: id.trustDomain)
            }
        }
        try Self.checkKnown(path, known: known)
        try trust.revocations.check(id, notBeforeNanoseconds: leaf.notBeforeNanoseconds)
        if let issued, !isOurs, issued.trustDomain.isExactly(id.trustDomain),
            !issued.contains(leaf, of: id)
        {
            throw .unlogged(serial: leaf.serial)
        }
        let peer = VerifiedPeer(
            spiffeID: id, serial: leaf.serial, notBeforeNanoseconds: leaf.notBeforeNanoseconds,
            notAfterNanoseconds: path.notAfterNanoseconds,
            authorityKeyIDs: path.elements.map {
                hexText($0.extensions.authorityKeyIdentifier ?? [])
            },
            certificateSHA256: Array(SHA256.hash(data: leaf.der)))
        return Verdict(peer: peer, epoch: trust.epoch, path: path)
    }

    private static func checkKnown(
        _ path: ValidatedPath, known: KnownIntermediates?
    ) throws(PeerRefusal) {
        guard let known else { return }
        for index in path.elements.indices.dropFirst() {
            guard known.contains(path.elements[index]) else {
                throw .unknownIntermediate(
                    element: index, serial: path.elements[index].serial)
            }
        }
    }

    private static func checkSizes(_ chain: [[UInt8]]) throws(PeerRefusal) {
        guard !chain.isEmpty else { throw .noCertificate }
        guard chain.count <= PKILimits.chainCertificatesMax else {
            throw .chainTooLong(count: chain.count)
        }
        for (index, der) in chain.enumerated() where der.count > PKILimits.certificateBytesMax {
            throw .certificateTooLarge(element: index, bytes: der.count)
        }
    }

    private static func parse(_ chain: [[UInt8]]) throws(PeerRefusal) -> [ParsedCertificate] {
        var parsed: [ParsedCertificate] = []
        for (index, der) in chain.enumerated() {
            parsed.append(try ParsedCertificate(der: der, element: index))
        }
        return parsed
    }
}
