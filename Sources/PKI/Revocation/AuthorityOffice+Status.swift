extension AuthorityOffice {
    /// The revocation list of one of our intermediates, made now; nil for a key that is not one.
    ///
    /// - Throws: `PKIError.signingFailed`.
    public func revocationList(
        issuerKeyID: String, nowNanoseconds now: Int64
    ) throws(PKIError) -> [UInt8]? {
        guard
            let issuer = try issuers(ledger).first(where: {
                $0.certificate.ownKeyID == issuerKeyID
            })
        else { return nil }
        // Milliseconds: lists that differ never have the same number, and no counter has to be kept.
        return try CertificateList(
            issuer: issuer.certificate, signer: issuer.signer,
            number: UInt64(clamping: now / 1_000_000),
            thisUpdateNanoseconds: now,
            nextUpdateNanoseconds: now + PKILimits.statusLifeNanoseconds
        ).encoded(ledger.revoked)
    }

    /// Answers an OCSP request; malformed ones too, in OCSP's own words.
    /// - Throws: `PKIError.signingFailed`.
    public func certificateStatus(
        _ request: [UInt8], nowNanoseconds now: Int64
    ) throws(PKIError) -> [UInt8] {
        guard let asked = try? StatusRequest(request) else { return StatusResponder.malformed }
        return try StatusResponder(
            issuers: issuers(ledger), revoked: ledger.revoked, nowNanoseconds: now,
            nextUpdateNanoseconds: now + PKILimits.statusLifeNanoseconds
        ).answer(asked)
    }

    /// The intermediates that can still sign for what they issued.
    private func issuers(
        _ ledger: AuthorityLedger
    ) throws(PKIError) -> [StatusResponder.Issuer] {
        var issuers: [StatusResponder.Issuer] = []
        for record in ledger.authorities
        where record.kind == .intermediate && record.state != .prepared {
            issuers.append(
                .init(
                    certificate: try parsed(record.certificateDER),
                    signer: try custody.signer(record.keyName)))
        }
        return issuers
    }
}
