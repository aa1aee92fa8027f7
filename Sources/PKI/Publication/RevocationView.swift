/// What is revoked at one moment, by authority.
struct RevocationView {
    private let notices: RevocationNotices
    private let holdings: AuthorityHoldings
    private let serials: IssuedSerials
    private let authorities: [String: RevocationNotices.Notice]

    init(
        _ notices: RevocationNotices, _ holdings: AuthorityHoldings, _ serials: IssuedSerials
    ) {
        self.notices = notices
        self.holdings = holdings
        self.serials = serials
        var authorities = notices.authorities.mapValues {
            RevocationNotices.Notice(seconds: $0.seconds, reason: .authorityCompromise)
        }
        for authority in holdings.ledger.authorities where authority.stage == .revoked {
            let seconds = authority.sinceNanoseconds / PKILimits.nanosecondsPerSecond
            let known = authorities[authority.keyID]?.seconds ?? seconds
            authorities[authority.keyID] = .init(
                seconds: min(seconds, known), reason: .authorityCompromise)
        }
        self.authorities = authorities
    }

    /// What an authority's list names, by serial number.
    func listed(by authority: AuthorityRecord) -> [ListedCertificate] {
        var listed: [[UInt8]: ListedCertificate] = [:]
        func add(_ certificate: ListedCertificate) {
            // Of several revocations the first one counts.
            if let known = listed[certificate.serial], known.seconds <= certificate.seconds {
                return
            }
            listed[certificate.serial] = certificate
        }
        for certificate in notices.certificates
        where concerns(certificate, authority.keyID) {
            guard let serial = SerialNumber.bytes(hex: certificate.serial) else { continue }
            add(ListedCertificate(serial, certificate.notice))
        }
        switch authority.kind {
        case .intermediate: leaves(of: authority.keyID).forEach(add)
        case .root: below(authority.keyID).forEach(add)
        }
        return listed.values.sorted { $0.serial.lexicographicallyPrecedes($1.serial) }
    }

    /// One that nobody here has issued may have been signed by any of our authorities, with a stolen key.
    private func concerns(
        _ certificate: RevocationNotices.Certificate, _ keyID: String
    ) -> Bool {
        if let issuer = certificate.issuerKeyID { return issuer == keyID }
        guard let serial = SerialNumber(hex: certificate.serial) else { return true }
        return serials.leaf(serial, of: keyID) != nil || !serials.isKnown(serial)
    }

    /// Leaves whose identity or authority is revoked.
    private func leaves(of keyID: String) -> [ListedCertificate] {
        let all = authorities[keyID]
        guard all != nil || !notices.identities.isEmpty else { return [] }
        var found: [ListedCertificate] = []
        for table in serials.tables(of: keyID) {
            for (serial, leaf) in table {
                let cut = notices.identities[leaf.identity]?
                    .notice(issuedSeconds: Int64(leaf.issuedSeconds))
                guard let notice = cut ?? all else { continue }
                found.append(ListedCertificate(serial.bytes, notice))
            }
        }
        return found
    }

    /// Authorities that a root signed and that are revoked, a root that it signed across included.
    private func below(_ rootKeyID: String) -> [ListedCertificate] {
        let ledger = holdings.ledger.authorities
        let all = authorities[rootKeyID]
        return ledger.compactMap { authority in
            guard let notice = authorities[authority.keyID] ?? all,
                let certificate = authority.issuerKeyID == rootKeyID
                    ? holdings.certificates[authority.keyID]
                    : holdings.crossSigned[authority.keyID],
                certificate.issuerKeyID == rootKeyID
            else { return nil }
            return ListedCertificate(certificate.header.serial, notice)
        }
    }
}
