public import Audit
import NIOConcurrencyHelpers
public import Policy
import Proofs
import Text
import X509

/// Issues X509-SVIDs of one trust domain from its intermediate.
///
/// What is issued is verified by our own rules before it is handed out.
public final class CertificateAuthority: Sendable {
    /// What an authority may issue.
    public struct Rules: Sendable {
        /// The datacenter whose services get identities.
        public var datacenter: String
        /// How services are named.
        public var template: IdentityTemplate
        /// The longest life that may be asked, in seconds.
        public var ttlSecondsMax: Int
        /// Where others ask whether a certificate is revoked, without a slash at its end; nil says nothing in certificates.
        public var revocationURL: String?

        /// The rules for a datacenter.
        public init(
            datacenter: String, template: IdentityTemplate = .consul,
            ttlSecondsMax: Int = PKILimits.ttlSecondsMax
        ) {
            self.datacenter = datacenter
            self.template = template
            self.ttlSecondsMax = ttlSecondsMax
        }
    }

    struct Signer: Sendable {
        let certificate: ParsedCertificate
        let key: any AuthorityKey
        /// What is sent behind a leaf, itself first; and as PEM.
        let path: [ParsedCertificate]
        let pem: String

        /// Whether a signature waits for something outside this process.
        var waits: Bool { key.waits }

        /// Takes what is sent behind it besides, for peers that know no newer root.
        init(certificate: ParsedCertificate, above: [ParsedCertificate], key: any AuthorityKey) {
            self.certificate = certificate
            self.key = key
            path = [certificate] + above
            pem = path.map { PEMText.encode($0.der, label: "CERTIFICATE") }.joined()
        }
    }

    /// The trust domain whose identities are issued.
    public let trustDomain: String
    /// What may be issued.
    public let rules: Rules
    let trust: TrustStore
    private let verifier: SVIDVerifier
    private let signer: NIOLockedValueBox<Signer>
    private let tally: IssuanceTally
    private let adoption: AdoptionBoard

    init(
        trustDomain: String, signer: Signer, trust: TrustStore, rules: Rules, tally: IssuanceTally,
        adoption: AdoptionBoard
    ) {
        self.trustDomain = trustDomain
        self.rules = rules
        self.trust = trust
        self.tally = tally
        self.adoption = adoption
        verifier = SVIDVerifier(trust: trust)
        self.signer = NIOLockedValueBox(signer)
    }

    /// The key identifier of the authority that signs now, lower-case hexadecimal.
    public var keyID: String { signer.withLockedValue { $0.certificate.ownKeyID } }

    /// How long the authority that signs now is good yet.
    func secondsLeft(at nowNanoseconds: Int64) -> Int64 {
        let end = signer.withLockedValue { $0.certificate.notAfterNanoseconds }
        return max(
            0,
            end / PKILimits.nanosecondsPerSecond - nowNanoseconds / PKILimits.nanosecondsPerSecond
        )
    }

    /// Whether a signature of the authority that signs now waits for something outside this process.
    public var waits: Bool { signer.withLockedValue { $0.waits } }

    /// Has another authority sign from now on; verifiers know it by then.
    func use(_ next: Signer) {
        signer.withLockedValue { $0 = next }
    }

    /// Whether a key identifier is that of a root of our trust domain.
    public func isRoot(_ keyID: String) -> Bool {
        trust.snapshot.bundles[trustDomain]?.anchors.contains {
            hexText($0.extensions.subjectKeyIdentifier ?? []) == keyID
        } ?? false
    }

    /// Whether a serial number is that of one of our authorities' own certificates; who issued the one that is meant may be left open.
    public func isAuthority(serial: String, issuer: String?) -> Bool {
        let authorities = trust.snapshot.authorities(of: trustDomain)
        return authorities.contains { $0.serial == serial }
            && (issuer.map { issuer in authorities.contains { $0.ownKeyID == issuer } } ?? true)
    }

    /// Whether an identity is the registry's own.
    public func isOwn(_ id: SPIFFEID) -> Bool {
        rules.template.serviceIdentity(of: id).map {
            $0.service == TrustDomainNames.ownService
                && $0.namespace == TrustDomainNames.ownNamespace
        } ?? false
    }

    /// Issues the identity that a request asks for, when permit and receipt are for exactly that.
    ///
    /// The permit must be for `identity.issue` or `identity.renew` on the service and namespace that the
    /// SPIFFE ID names, and the receipt must be of the same decision.
    /// - Throws: `PKIError.unproven`, `.notIssued`, `.authorityEnding`, `.signingFailed`.
    public func issue(
        _ request: ParsedCSR, as id: SPIFFEID, ttlSeconds: Int = PKILimits.ttlSecondsDefault,
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) throws(PKIError) -> IssuedSVID {
        let cleared = try clear(
            request, as: id, ttlSeconds: ttlSeconds, permit: permit, receipt: receipt)
        return try issue(cleared, nowNanoseconds: nowNanoseconds)
    }

    /// Takes permit and receipt for an identity that is to be issued, which may happen on another thread.
    ///
    /// - Throws: `PKIError.unproven`, `.notIssued`.
    public func clear(
        _ request: ParsedCSR, as id: SPIFFEID, ttlSeconds: Int, permit: consuming Permit,
        receipt: consuming Receipt
    ) throws(PKIError) -> Cleared<ClearedLeaf> {
        let service = try serviceIdentity(of: id, request: request)
        let permitted = permit.operation
        let wanted = WantedOperation(
            permitted.action == .identityRenew ? .identityRenew : .identityIssue,
            namespace: service.namespace, service: service.service, id: permitted.resource.id)
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: wanted) {
            throw .unproven(mismatch.reason)
        }
        return Cleared(ClearedLeaf(request: request, ttlSeconds: ttlSeconds))
    }

    /// Issues what may be issued.
    ///
    /// - Parameters:
    ///   - cleared: What.
    ///   - nowNanoseconds: The time.
    ///   - mayWait: Whether the caller may wait for a key that is kept outside: never on an event loop.
    /// - Returns: The certificate.
    /// - Throws: `PKIError.keyAway` where the key does not answer, or may not be waited for; `.notIssued`, `.authorityEnding`,
    ///   `.signingFailed`, `.unproven`.
    public func issue(
        _ cleared: Cleared<ClearedLeaf>, nowNanoseconds: Int64, mayWait: Bool = true
    ) throws(PKIError) -> IssuedSVID {
        let wanted = try cleared.take()
        let id = wanted.request.spiffeID
        let svid = try sign(
            subjectPublicKeyInfo: wanted.request.subjectPublicKeyInfo, id: id, names: [],
            ttlSeconds: wanted.ttlSeconds, ttlSecondsMax: rules.ttlSecondsMax,
            nowNanoseconds: nowNanoseconds, mayWait: mayWait)
        if let shown = wanted.shown { try checkRenewable(shown) }
        tally.note(
            holder: id.description, of: svid.issuerKeyID,
            endNanoseconds: svid.expiresAtNanoseconds)
        adoption.note(
            id.description, seenNanoseconds: nowNanoseconds,
            untilNanoseconds: svid.expiresAtNanoseconds)
        return svid
    }

    /// The service that a request asks an identity for, when this authority issues such identities.
    ///
    /// Callers name it in the operation that they ask a permit for.
    /// - Throws: `PKIError.notIssued`.
    public func serviceIdentity(of request: ParsedCSR) throws(PKIError) -> ServiceIdentity {
        try serviceIdentity(of: request.spiffeID, request: request)
    }

    private func serviceIdentity(
        of id: SPIFFEID, request: ParsedCSR
    ) throws(PKIError) -> ServiceIdentity {
        guard request.spiffeID == id else {
            throw .notIssued("the request asks for \(quote(request.spiffeID.description))")
        }
        guard id.trustDomain == trustDomain else {
            throw .notIssued("\(quote(id.trustDomain)) is not our trust domain")
        }
        guard let service = rules.template.serviceIdentity(of: id) else {
            throw .notIssued("\(quote(id.description)) is not the name of a service")
        }
        guard service.datacenter == rules.datacenter else {
            throw .notIssued("\(quote(service.datacenter)) is not our datacenter")
        }
        guard
            service.service != TrustDomainNames.ownService
                || service.namespace != TrustDomainNames.ownNamespace
        else { throw .notIssued("that identity is the registry's own") }
        return service
    }
}

extension CertificateAuthority {
    /// Signs without a permit: for the registry's own identities and, after its checks, for requests.
    func sign(
        subjectPublicKeyInfo: [UInt8], id: SPIFFEID, names: [GeneralName], ttlSeconds: Int,
        ttlSecondsMax: Int, nowNanoseconds: Int64, mayWait: Bool = true
    ) throws(PKIError) -> IssuedSVID {
        let most = min(ttlSecondsMax, Int(PKILimits.leafSecondsMax))
        guard ttlSeconds >= PKILimits.ttlSecondsMin, ttlSeconds <= most else {
            throw .notIssued(
                "a life of \(ttlSeconds) s is not within \(PKILimits.ttlSecondsMin) to \(most) s"
            )
        }
        let signer = signer.withLockedValue { $0 }
        guard mayWait || !signer.waits else {
            throw .keyAway("another authority signs since, whose key is kept outside: ask again")
        }
        let now = nowNanoseconds / PKILimits.nanosecondsPerSecond
        let revocations = trust.snapshot.revocations
        guard !revocations.blocksIssuance(to: id) else {
            throw .notIssued("no certificate is issued to \(quote(id.description)): it is revoked")
        }
        let template = CertificateTemplate(
            role: .leaf(names: names), uri: id.description,
            commonName: id.pathSegments.last.map { String($0) } ?? "workload",
            subjectPublicKeyInfo: subjectPublicKeyInfo,
            notBeforeSeconds: max(
                now, (revocations.issuedAfter(id) ?? 0) + PKILimits.afterCutSeconds)
                - PKILimits.backdateSeconds,
            notAfterSeconds: try end(
                now: now, ttlSeconds: Int64(ttlSeconds), issuer: signer.certificate),
            revocations: rules.revocationURL.map(RevocationAddresses.init))
        let leaf = try template.signed(by: signer.key, issuer: signer.certificate)
        let chain = [leaf] + signer.path
        let peer: VerifiedPeer
        do throws(PeerRefusal) {
            peer = try verifier.verifyUnremembered(chain, nowNanoseconds: nowNanoseconds)
        } catch {
            throw .signingFailed("what was issued is not valid: \(error.reason)")
        }
        guard peer.spiffeID == id, leaf.header.subjectPublicKeyInfo == subjectPublicKeyInfo else {
            throw .signingFailed("what was issued is not what was asked for")
        }
        tally.note(peer.issuerKeyID, endNanoseconds: leaf.notAfterNanoseconds)
        trust.issued?.insert(leaf, of: id)
        trust.issued?.operators.note(
            id.description, issuedNanoseconds: nowNanoseconds,
            endNanoseconds: leaf.notAfterNanoseconds)
        return issued(leaf, by: signer, id: id)
    }

    /// Never beyond the issuer's end; cut short by more than half, it is refused.
    private func end(
        now: Int64, ttlSeconds: Int64, issuer: ParsedCertificate
    ) throws(PKIError) -> Int64 {
        let issuerEnd = issuer.notAfterNanoseconds / PKILimits.nanosecondsPerSecond
        let end = min(now + ttlSeconds, issuerEnd)
        guard end - now >= max(Int64(PKILimits.ttlSecondsMin), ttlSeconds / 2) else {
            throw .authorityEnding(notAfterNanoseconds: issuer.notAfterNanoseconds)
        }
        return end
    }

    private func issued(
        _ leaf: ParsedCertificate, by signer: Signer, id: SPIFFEID
    ) -> IssuedSVID {
        let pem = PEMText.encode(leaf.der, label: "CERTIFICATE")
        return IssuedSVID(
            svidPEM: pem, chainPEM: pem + signer.pem,
            bundlePEM: trust.snapshot.bundles[trustDomain]?.pem ?? "",
            chainDER: [leaf.der] + signer.path.map(\.der),
            expiresAtNanoseconds: leaf.notAfterNanoseconds, serial: leaf.serial, spiffeID: id,
            issuerKeyID: leaf.issuerKeyID, certificateSHA256: leaf.sha256Text,
            issuedSeconds: leaf.issuedSeconds)
    }
}
