import Policy

/// Verifies X509-SVIDs against the bundle of exactly their own trust domain.
///
/// X509-SVID section 5 on top of RFC 5280 section 6. Safe to use from any thread; costs are bounded before
/// any signature is checked. A verdict is remembered for the leaf and the trust epoch; the time is checked
/// every time.
public final class SVIDVerifier: Sendable {
    private struct Verdict: Sendable {
        let peer: VerifiedPeer
        let epoch: UInt64
        let path: ValidatedPath
    }

    let trust: TrustStore
    let validator: PathValidator
    private let verdicts: GenerationMemo<Fingerprint, Verdict>

    /// Verifies against what `trust` holds at the time of each call.
    public init(
        trust: TrustStore, clockSkewNanoseconds: Int64 = PKILimits.clockSkewNanoseconds,
        verdictMemoEntries: Int = PKILimits.verdictMemoEntries
    ) {
        self.trust = trust
        validator = PathValidator(
            signatures: SignatureMemo(), clockSkewNanoseconds: clockSkewNanoseconds)
        verdicts = GenerationMemo(capacity: verdictMemoEntries)
    }

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
        let path = try Self.parse(chain)
        return try verdict(path, trust: trust.snapshot, now: nowNanoseconds).peer
    }

    private func verified(_ chain: [[UInt8]], now: Int64) throws(PeerRefusal) -> VerifiedPeer {
        try Self.checkSizes(chain)
        guard let leaf = chain.first else { throw .noCertificate }
        let snapshot = trust.snapshot
        let key = Fingerprint(of: leaf)
        if let known = remembered(key, epoch: snapshot.epoch, now: now) { return known }
        let verdict = try verdict(Self.parse(chain), trust: snapshot, now: now)
        verdicts[key] = verdict
        return verdict.peer
    }

    private func reverified(_ leafDER: [UInt8], now: Int64) throws(PeerRefusal) -> VerifiedPeer {
        try Self.checkSizes([leafDER])
        let snapshot = trust.snapshot
        let key = Fingerprint(of: leafDER)
        if let known = remembered(key, epoch: snapshot.epoch, now: now) { return known }
        var path: [ParsedCertificate]
        if let earlier = verdicts[key] {
            path = earlier.path.elements
        } else {
            path = [try ParsedCertificate(der: leafDER, element: 0)]
            if let issuer = snapshot.intermediates?.issuer(of: path[0]) { path.append(issuer) }
        }
        let verdict = try verdict(path, trust: snapshot, now: now)
        verdicts[key] = verdict
        return verdict.peer
    }

    private func remembered(_ key: Fingerprint, epoch: UInt64, now: Int64) -> VerifiedPeer? {
        guard let verdict = verdicts[key], verdict.epoch == epoch,
            verdict.path.notBeforeNanoseconds <= now, now <= verdict.path.notAfterNanoseconds
        else { return nil }
        return verdict.peer
    }

    private func verdict(
        _ chain: [ParsedCertificate], trust: TrustSnapshot, now: Int64
    ) throws(PeerRefusal) -> Verdict {
        guard let leaf = chain.first else { throw .noCertificate }
        let id = try LeafRules.spiffeID(of: leaf)
        guard let bundle = trust.bundles[id.trustDomain] else {
            throw .unknownTrustDomain(id.trustDomain)
        }
        for index in chain.indices.dropFirst() {
            let named = try AuthorityRules.checkProfile(chain[index], element: index)
            guard named == nil || named == id.trustDomain else {
                throw .untrusted(trustDomain: id.trustDomain)
            }
        }
        let path = try validator.validate(
            chain, bundle: bundle, revocations: trust.revocations, nowNanoseconds: now)
        try Self.checkKnown(path, domain: id.trustDomain, known: trust.intermediates)
        let peer = VerifiedPeer(
            spiffeID: id, serial: leaf.serial, notBeforeNanoseconds: leaf.notBeforeNanoseconds,
            notAfterNanoseconds: path.notAfterNanoseconds,
            issuerKeyID: hexText(leaf.extensions.authorityKeyIdentifier ?? []))
        return Verdict(peer: peer, epoch: trust.epoch, path: path)
    }

    private static func checkKnown(
        _ path: ValidatedPath, domain: String, known: KnownIntermediates?
    ) throws(PeerRefusal) {
        guard let known, known.trustDomain == domain else { return }
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
