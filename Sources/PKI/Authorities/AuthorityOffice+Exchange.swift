public import Audit
import NIOConcurrencyHelpers
public import Policy
import Proofs

/// Intermediates that a root signs that is kept elsewhere: a request goes out, a certificate comes in.
extension AuthorityOffice {
    /// Takes permit and receipt for the request for the next intermediate.
    ///
    /// - Throws: `PKIError.unproven` where they are not for `ca.rotate`.
    public func clearRequest(
        permit: consuming Permit, receipt: consuming Receipt
    ) throws(PKIError) -> Cleared<ClearedRequest> {
        if case .failure(let mismatch) = Clearance.check(permit, receipt, for: .init(.caRotate)) {
            throw .unproven(mismatch.reason)
        }
        return Cleared(ClearedRequest())
    }

    /// The same for somebody on this machine, whose record carries the number that it was bound to.
    ///
    /// - Throws: `PKIError.unproven`.
    public func clearRequest(
        receipt: consuming Receipt, boundTo number: UInt64
    ) throws(PKIError) -> Cleared<ClearedRequest> {
        if case .failure(let mismatch) = Clearance.check(receipt, boundTo: number) {
            throw .unproven(mismatch.reason)
        }
        return Cleared(ClearedRequest())
    }

    /// The request for the next intermediate; its key is made where none waits, and stays where it is kept.
    ///
    /// - Throws: `PKIError.wrongState` where one is prepared already; `.keyAway`.
    public func request(_ cleared: Cleared<ClearedRequest>) throws(PKIError) -> String {
        _ = try cleared.take()
        turn.lock()
        defer { turn.unlock() }
        try ledger.checkMayPrepare(.intermediate)
        if let waiting = try waitingKey() {
            return try AuthorityRequest(trustDomain: trustDomain, key: waiting).pem()
        }
        let key = try files.makeKey()
        try files.files.replace(
            files.path(AuthorityFiles.requestName),
            files.text(of: key, AuthorityFiles.requestFile), mode: 0o600)
        files.forgetNotes(keeping: ledger)
        return try AuthorityRequest(trustDomain: trustDomain, key: key).pem()
    }

    /// Takes the certificate of the key that waits; it is prepared from then on.
    func install(
        _ pem: [UInt8], in next: inout AuthorityHoldings, _ now: Int64
    ) throws(PKIError) -> String {
        try next.ledger.checkMayPrepare(.intermediate)
        try forgetFailedAttempts()
        guard let key = try waitingKey() else {
            throw .wrongState(
                "no signing request waits for a certificate: run `maxine ca csr` first")
        }
        let certificate = try certificate(pem, in: next, now)
        guard key.subjectPublicKeyInfo == certificate.header.subjectPublicKeyInfo else {
            throw .invalidRequest("the certificate is not for the key of the request that waits")
        }
        let keyID = certificate.ownKeyID
        let file = "\(AuthorityKind.intermediate.rawValue)-\(keyID)"
        guard AuthorityFiles.isName(file, of: .intermediate) else {
            throw .invalidRequest(
                "the certificate's subject key identifier is not one of 20 bytes, as the request asks"
            )
        }
        try files.add(file, key: key, certificate: certificate)
        try next.ledger.add(
            AuthorityRecord(
                .intermediate, certificate, file: file, stage: .prepared, sinceNanoseconds: now))
        next.certificates[keyID] = certificate
        return keyID
    }

    /// The key has its certificate, and waits no more.
    func forgetRequest() throws(PKIError) {
        try files.files.remove(files.path(AuthorityFiles.requestName))
        try files.files.syncDirectory(files.directory)
    }

    /// The key of the request that waits; one that has its certificate already waits no more.
    private func waitingKey() throws(PKIError) -> (any AuthorityKey)? {
        guard let key = try files.key(AuthorityFiles.requestFile) else { return nil }
        let publicKey = key.subjectPublicKeyInfo
        let isTaken = holdings.certificates.values.contains {
            $0.header.subjectPublicKeyInfo == publicKey
        }
        return isTaken ? nil : key
    }

    /// The certificate, where it is an authority's that the root signed and that lives long enough.
    private func certificate(
        _ pem: [UInt8], in holdings: AuthorityHoldings, _ now: Int64
    ) throws(PKIError) -> ParsedCertificate {
        let certificate: ParsedCertificate
        do throws(PKIError) {
            certificate = try opening(now).maker.authority(pem, at: "the text")
        } catch {
            throw .invalidRequest(error.message)
        }
        guard certificate.issuerKeyID == holdings.ledger.active(.root)?.keyID else {
            throw .invalidRequest("the certificate is not of the root that signs now")
        }
        do throws(PeerRefusal) {
            let validator = PathValidator(
                signatures: SignatureMemo(), clockSkewNanoseconds: PKILimits.clockSkewNanoseconds)
            _ = try validator.validate(
                [certificate], bundle: trust.snapshot.bundles[trustDomain] ?? .none(trustDomain),
                revocations: trust.snapshot.revocations, nowNanoseconds: now)
        } catch {
            throw .invalidRequest("the certificate is not taken: \(error.reason)")
        }
        let left = (certificate.notAfterNanoseconds - now) / PKILimits.nanosecondsPerSecond
        guard left / 2 >= lives.leafSeconds else {
            throw .invalidRequest(
                "the certificate lives \(left) s more, which is less than twice the longest life of"
                    + " what it would sign (\(lives.leafSeconds) s)")
        }
        return certificate
    }
}

extension TrustBundle {
    /// A bundle of nothing: no path ends in it.
    fileprivate static func none(_ trustDomain: String) -> TrustBundle {
        TrustBundle(trustDomain: trustDomain, anchors: [])
    }
}
