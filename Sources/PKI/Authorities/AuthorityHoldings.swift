/// The ledger together with the certificates that it names.
struct AuthorityHoldings: Sendable {
    var ledger: AuthorityLedger
    /// By key identifier.
    var certificates: [String: ParsedCertificate]
    /// Roots as the root before them signed them, by key identifier.
    var crossSigned: [String: ParsedCertificate] = [:]
    /// Lists of revoked certificates that were made where the roots' keys are, by key identifier.
    var lists: [String: InstalledList] = [:]

    /// What an authority has signed of the others, a root that it signed across included.
    func signed(
        by keyID: String
    ) -> [(authority: AuthorityRecord, certificate: ParsedCertificate)] {
        ledger.authorities.compactMap { authority in
            let certificate =
                authority.issuerKeyID == keyID
                ? certificates[authority.keyID] : crossSigned[authority.keyID]
            guard let certificate, certificate.issuerKeyID == keyID else { return nil }
            return (authority, certificate)
        }
    }

    /// The certificates of a kind that verifiers are to take.
    func trusted(_ kind: AuthorityKind) -> [ParsedCertificate] {
        ledger.authorities.filter { $0.kind == kind && $0.stage.isTrusted }
            .compactMap { certificates[$0.keyID] }
    }

    func bundle(_ trustDomain: String) throws(PKIError) -> TrustBundle {
        var bundle = try TrustBundle(
            trustDomain: trustDomain, derCertificates: trusted(.root).map(\.der))
        bundle.sequence = ledger.bundleSequence
        return bundle
    }

    func intermediates(_ trustDomain: String) throws(PKIError) -> KnownIntermediates {
        try KnownIntermediates(
            trustDomain: trustDomain, derCertificates: trusted(.intermediate).map(\.der))
    }

    /// The key identifiers of authorities that nothing is taken from.
    var refused: Set<String> {
        Set(ledger.authorities.filter { !$0.stage.isTrusted }.map(\.keyID))
    }

    /// The key identifiers of authorities whose leaves resume no session.
    var tainted: Set<String> {
        Set(ledger.authorities.filter { $0.stage == .tainted }.map(\.keyID))
    }
}

/// Reads a trust domain's folder, and takes it only when its files fit each other, the trust domain and the time.
struct AuthorityOpening {
    let files: AuthorityFiles
    let maker: AuthorityMaker

    func open() throws(PKIError) -> AuthorityHoldings {
        try files.checkFolder()
        let holdings =
            if let ledger = try files.ledger() { try read(ledger) } else { try founding() }
        try check(holdings)
        try files.sweep(keeping: holdings.ledger)
        return holdings
    }

    /// The key of an authority; nil where it is kept elsewhere.
    func key(
        _ authority: AuthorityRecord, _ certificate: ParsedCertificate
    ) throws(PKIError) -> (any AuthorityKey)? {
        guard let key = try files.key(authority.file) else { return nil }
        guard key.subjectPublicKeyInfo == certificate.header.subjectPublicKeyInfo else {
            throw .unusableFiles(
                "\(files.path(authority.file + ".key")) is not the key of \(authority.file).pem")
        }
        return key
    }

    /// The one that signs now, with its key.
    func signer(_ holdings: AuthorityHoldings) throws(PKIError) -> CertificateAuthority.Signer {
        guard let active = holdings.ledger.active(.intermediate),
            let certificate = holdings.certificates[active.keyID]
        else { throw .unusableFiles("\(files.directory) holds no active intermediate") }
        guard let key = try key(active, certificate) else {
            throw .unusableFiles(
                "\(files.path(active.file + ".key")) is missing: restore it from a backup")
        }
        return .init(
            certificate: certificate, above: Self.above(active, in: holdings), key: key)
    }

    /// The root as the one before it signed it, as long as that is trusted: for peers that know no newer one.
    private static func above(
        _ intermediate: AuthorityRecord, in holdings: AuthorityHoldings
    ) -> [ParsedCertificate] {
        guard let crossed = intermediate.issuerKeyID.flatMap({ holdings.crossSigned[$0] }),
            holdings.ledger.authority(crossed.issuerKeyID)?.stage.isTrusted == true
        else { return [] }
        return [crossed]
    }

    private func read(_ ledger: AuthorityLedger) throws(PKIError) -> AuthorityHoldings {
        var holdings = AuthorityHoldings(ledger: ledger, certificates: [:])
        for authority in ledger.authorities {
            let path = files.path(authority.file + ".pem")
            let certificate = try maker.authority(files.certificate(authority.file), at: path)
            guard certificate.ownKeyID == authority.keyID,
                certificate.notAfterNanoseconds == authority.notAfterNanoseconds
            else {
                throw .unusableFiles(
                    "\(path) is not the certificate that \(AuthorityFiles.ledgerName) names:"
                        + " restore both from one backup")
            }
            holdings.certificates[authority.keyID] = certificate
            if let digest = authority.listDigest {
                holdings.lists[authority.keyID] = try files.list(digest, of: certificate)
            }
            guard authority.isCrossSigned else { continue }
            let crossed = authority.file + AuthorityFiles.crossSignedEnding
            holdings.crossSigned[authority.keyID] = try maker.authority(
                files.certificate(crossed), at: files.path(crossed + ".pem"))
        }
        return holdings
    }

    /// Authorities that were made with the trust domain and never changed.
    private func founding() throws(PKIError) -> AuthorityHoldings {
        var holdings = AuthorityHoldings(ledger: AuthorityLedger(), certificates: [:])
        for kind in AuthorityKind.allCases {
            let file = kind.rawValue
            let certificate = try maker.authority(
                files.certificate(file), at: files.path(file + ".pem"))
            let begin = certificate.notBeforeNanoseconds
            holdings.ledger.authorities.append(
                AuthorityRecord(
                    kind, certificate, file: file, stage: .active, sinceNanoseconds: begin))
            holdings.certificates[certificate.ownKeyID] = certificate
        }
        return holdings
    }

    private func check(_ holdings: AuthorityHoldings) throws(PKIError) {
        for authority in holdings.ledger.authorities {
            guard let certificate = holdings.certificates[authority.keyID] else { continue }
            let key = try key(authority, certificate)
            guard key == nil, authority.kind == .intermediate, authority.stage == .prepared else {
                continue
            }
            throw .unusableFiles(
                "\(files.path(authority.file + ".key")) is missing: restore it from a backup")
        }
        let signer = try signer(holdings)
        if let root = holdings.ledger.active(.root),
            root.notAfterNanoseconds < maker.nowNanoseconds
        {
            throw .unusableFiles(
                "the root in \(files.directory) has expired: nothing can be issued")
        }
        do throws(PeerRefusal) {
            let validator = PathValidator(
                signatures: SignatureMemo(),
                clockSkewNanoseconds: PKILimits.clockSkewNanoseconds)
            // One that has ended is replaced before anything is signed.
            let end = signer.certificate.notAfterNanoseconds
            _ = try validator.validate(
                [signer.certificate], bundle: bundle(holdings), revocations: RevocationSet(),
                nowNanoseconds: min(maker.nowNanoseconds, end))
        } catch {
            throw .unusableFiles(
                "the authorities in \(files.directory) can't be used: \(error.reason) "
                    + "(counted from the intermediate)")
        }
    }

    private func bundle(_ holdings: AuthorityHoldings) throws(PeerRefusal) -> TrustBundle {
        do {
            return try holdings.bundle(maker.trustDomain)
        } catch {
            throw .untrusted(trustDomain: maker.trustDomain)
        }
    }
}
