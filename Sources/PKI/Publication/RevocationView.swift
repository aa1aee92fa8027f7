import Text

/// What is revoked at one moment, by authority.
struct RevocationView: Sendable {
    private let notices: RevocationNotices
    private let bySerial: [[UInt8]: [RevocationNotices.Certificate]]
    private let holdings: AuthorityHoldings
    private let serials: IssuedSerials
    private let authorities: [String: RevocationNotices.Notice]

    init(
        _ notices: RevocationNotices, _ holdings: AuthorityHoldings, _ serials: IssuedSerials
    ) {
        self.notices = notices
        self.holdings = holdings
        self.serials = serials
        bySerial = Dictionary(grouping: notices.certificates) {
            Array((hexBytes($0.serial) ?? []).drop { $0 == 0 })
        }
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

    /// What became of a certificate of one of our authorities, whose number is without leading zeros.
    ///
    /// Of several revocations the first one counts.
    func fate(of serial: [UInt8], _ keyID: String) -> CertificateFate {
        let leaf = SerialNumber(serial).flatMap { serials.leaf($0, of: keyID) }
        var said = (bySerial[serial] ?? []).filter { concerns($0, keyID) }.map(\.notice)
        if let leaf, let cut = cut(of: leaf) { said.append(cut) }
        if let all = authorities[keyID] { said.append(all) }
        if let first = said.min(by: { $0.seconds < $1.seconds }) { return .revoked(first) }
        return leaf == nil ? .notIssued : .good
    }

    /// What an authority's list names, by serial number.
    func listed(by authority: AuthorityRecord) -> [ListedCertificate] {
        var listed: [[UInt8]: ListedCertificate] = [:]
        func add(_ certificate: ListedCertificate) {
            if let known = listed[certificate.serial], known.seconds <= certificate.seconds {
                return
            }
            listed[certificate.serial] = certificate
        }
        for (serial, certificates) in bySerial {
            for certificate in certificates where concerns(certificate, authority.keyID) {
                add(ListedCertificate(serial, certificate.notice))
            }
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

    private func cut(of leaf: IssuedSerials.Leaf) -> RevocationNotices.Notice? {
        notices.identities.isEmpty
            ? nil
            : notices.identities[leaf.identity]?.notice(issuedSeconds: Int64(leaf.issuedSeconds))
    }

    /// Leaves whose identity or authority is revoked.
    private func leaves(of keyID: String) -> [ListedCertificate] {
        let all = authorities[keyID]
        guard all != nil || !notices.identities.isEmpty else { return [] }
        var found: [ListedCertificate] = []
        for table in serials.tables(of: keyID) {
            for (serial, leaf) in table {
                for notice in [cut(of: leaf), all].compactMap({ $0 }) {
                    found.append(ListedCertificate(serial.bytes, notice))
                }
            }
        }
        return found
    }

    /// Authorities that a root signed and that are revoked, a root that it signed across included.
    private func below(_ rootKeyID: String) -> [ListedCertificate] {
        let all = authorities[rootKeyID]
        return holdings.signed(by: rootKeyID).compactMap { authority, certificate in
            (authorities[authority.keyID] ?? all).map {
                ListedCertificate(certificate.header.serial, $0)
            }
        }
    }
}
