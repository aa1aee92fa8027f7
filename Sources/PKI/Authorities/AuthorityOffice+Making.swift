internal import Crypto
internal import X509

extension AuthorityOffice {
    /// Makes an authority with a new key and adds it to the ledger as prepared.
    func make(
        _ kind: AuthorityKind, in ledger: inout AuthorityLedger, crossSign: Bool = false,
        now: Int64
    ) throws(PKIError) -> AuthorityRecord {
        let name = "\(kind.rawValue)-\(Self.randomName())"
        let signer = try custody.makeKey(name)
        let record: AuthorityRecord
        switch kind {
        case .root:
            record = try root(
                name, signer, crossedBy: crossSign ? ledger.active(.root) : nil, now, ledger)
        case .intermediate:
            guard let issuer = ledger.active(.root) else {
                throw .wrongState("no root is active, so no intermediate can be made")
            }
            record = try intermediate(name, signer, under: issuer, now, ledger)
        case .jwt:
            let key = JWTKey(try signer.publicKey())
            record = Self.record(
                kind, keyID: key.keyID, name, signer, certificate: nil, issuer: nil,
                end: now + lives.jwtKeySeconds * PKILimits.nanosecondsPerSecond, now, ledger)
        }
        try ledger.add(record)
        return record
    }

    private func root(
        _ name: String, _ signer: any Signer, crossedBy older: AuthorityRecord?, _ now: Int64,
        _ ledger: AuthorityLedger
    ) throws(PKIError) -> AuthorityRecord {
        let made = try certificate(
            .root, signer, name: "root", seconds: lives.rootSeconds,
            signedBy: signer, issuer: nil, now)
        var record = Self.record(
            .root, keyID: made.ownKeyID, name, signer, certificate: made, issuer: nil,
            end: made.notAfterNanoseconds, now, ledger)
        if let older {
            let crossed = try certificate(
                .intermediate(pathLength: 1), signer, name: "root", seconds: lives.rootSeconds,
                signedBy: custody.signer(older.keyName), issuer: parsed(older.certificateDER), now)
            record.crossSignedDER = crossed.der
        }
        return record
    }

    private func intermediate(
        _ name: String, _ signer: any Signer, under issuer: AuthorityRecord, _ now: Int64,
        _ ledger: AuthorityLedger
    ) throws(PKIError) -> AuthorityRecord {
        let made = try certificate(
            .intermediate(pathLength: 0), signer, name: "intermediate",
            seconds: lives.intermediateSeconds, signedBy: custody.signer(issuer.keyName),
            issuer: parsed(issuer.certificateDER), now)
        return Self.record(
            .intermediate, keyID: made.ownKeyID, name, signer, certificate: made,
            issuer: issuer.keyID, end: made.notAfterNanoseconds, now, ledger)
    }

    private func certificate(
        _ role: CertificateTemplate.Role, _ signer: any Signer, name: String, seconds: Int64,
        signedBy issuerKey: any Signer, issuer: ParsedCertificate?, _ now: Int64
    ) throws(PKIError) -> ParsedCertificate {
        let start = now / PKILimits.nanosecondsPerSecond
        let last = issuer.map { $0.notAfterNanoseconds / PKILimits.nanosecondsPerSecond }
        let template = CertificateTemplate(
            role: role, uri: "spiffe://\(trustDomain)", commonName: "\(trustDomain) \(name)",
            publicKey: .init(try signer.publicKey()),
            subjectPublicKeyInfo: signer.publicKeyDER,
            notBeforeSeconds: start - PKILimits.backdateSeconds,
            notAfterSeconds: min(start + seconds, last ?? Int64.max))
        return try template.signed(by: issuerKey.certificateKey(), issuer: issuer)
    }

    private static func record(
        _ kind: AuthorityKind, keyID: String, _ name: String, _ signer: any Signer,
        certificate: ParsedCertificate?, issuer: String?, end: Int64, _ now: Int64,
        _ ledger: AuthorityLedger
    ) -> AuthorityRecord {
        AuthorityRecord(
            kind: kind, keyID: keyID, keyName: name, certificateDER: certificate?.der ?? [],
            crossSignedDER: nil, publicKeyDER: signer.publicKeyDER, issuerKeyID: issuer,
            notAfterNanoseconds: end, publishedNanoseconds: now,
            publishedSequence: ledger.sequence + (kind == .intermediate ? 0 : 1),
            state: .prepared, changedNanoseconds: now, lastIssuedEndNanoseconds: nil)
    }

    private static func randomName() -> String {
        hexText((0..<8).map { _ in UInt8.random(in: 0...255) })
    }
}

extension ParsedCertificate {
    /// The subject key identifier in lower-case hexadecimal.
    var ownKeyID: String { hexText(extensions.subjectKeyIdentifier ?? []) }
}
