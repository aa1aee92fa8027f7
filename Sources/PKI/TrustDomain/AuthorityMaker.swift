import Policy
import Text
import X509

/// Makes a trust domain's authorities, and reads each of them.
struct AuthorityMaker {
    let trustDomain: String
    let nowNanoseconds: Int64

    private var now: Int64 { nowNanoseconds / PKILimits.nanosecondsPerSecond }

    /// The contents of the four files, made anew.
    func make(
        in files: AuthorityFiles, rootSeconds: Int64, intermediateSeconds: Int64
    ) throws(PKIError) -> [String: [UInt8]] {
        let rootKey = try files.makeKey()
        let root = try certificate(
            .root, name: "root", key: rootKey, seconds: rootSeconds, signedBy: rootKey, issuer: nil)
        let key = try files.makeKey()
        let intermediate = try certificate(
            .intermediate(pathLength: 0), name: "intermediate", key: key,
            seconds: min(intermediateSeconds, rootSeconds), signedBy: rootKey, issuer: root)
        return [
            "root.key": try files.text(of: rootKey, AuthorityKind.root.rawValue),
            "root.pem": Array(PEMText.encode(root.der, label: "CERTIFICATE").utf8),
            "intermediate.key": try files.text(of: key, AuthorityKind.intermediate.rawValue),
            "intermediate.pem": Array(PEMText.encode(intermediate.der, label: "CERTIFICATE").utf8),
        ]
    }

    /// A new key, and the certificate that an issuer gives it.
    ///
    /// It never outlives its issuer; cut short by more than half, it is refused before a key is made.
    func intermediate(
        under issuer: ParsedCertificate, issuerKey: any AuthorityKey, seconds: Int64,
        makeKey: () throws(PKIError) -> any AuthorityKey
    ) throws(PKIError) -> (key: any AuthorityKey, certificate: ParsedCertificate) {
        guard let life = secondsUnder(issuer, wanted: seconds) else {
            throw .authorityEnding(notAfterNanoseconds: issuer.notAfterNanoseconds)
        }
        let key = try makeKey()
        let made = try certificate(
            .intermediate(pathLength: 0), name: "intermediate", key: key,
            seconds: life, signedBy: issuerKey, issuer: issuer)
        return (key, made)
    }

    /// A new root and its key; signed by the one before it too, where that is given.
    func root(
        seconds: Int64, crossSignedBy older: (key: any AuthorityKey, ParsedCertificate)?,
        makeKey: () throws(PKIError) -> any AuthorityKey
    ) throws(PKIError) -> (
        key: any AuthorityKey, certificate: ParsedCertificate, crossed: ParsedCertificate?
    ) {
        var left = seconds
        if let (_, issuer) = older {
            left = issuer.notAfterNanoseconds / PKILimits.nanosecondsPerSecond - now
            guard left > 0 else {
                throw .authorityEnding(notAfterNanoseconds: issuer.notAfterNanoseconds)
            }
        }
        let key = try makeKey()
        let made = try certificate(
            .root, name: "root", key: key, seconds: seconds, signedBy: key, issuer: nil)
        guard let (olderKey, issuer) = older else { return (key, made, nil) }
        let crossed = try certificate(
            .intermediate(pathLength: 1), name: "root", key: key, seconds: min(seconds, left),
            signedBy: olderKey, issuer: issuer)
        return (key, made, crossed)
    }

    /// How long something may live that an issuer signs now; nil where that is less than half of what is wanted.
    func secondsUnder(_ issuer: ParsedCertificate, wanted seconds: Int64) -> Int64? {
        let left = issuer.notAfterNanoseconds / PKILimits.nanosecondsPerSecond - now
        return left >= seconds / 2 ? min(seconds, left) : nil
    }

    private func certificate(
        _ role: CertificateTemplate.Role, name: String, key: any AuthorityKey,
        seconds: Int64, signedBy signer: any AuthorityKey, issuer: ParsedCertificate?
    ) throws(PKIError) -> ParsedCertificate {
        let template = CertificateTemplate(
            role: role, uri: "spiffe://\(trustDomain)", commonName: "\(trustDomain) \(name)",
            subjectPublicKeyInfo: key.subjectPublicKeyInfo,
            notBeforeSeconds: now - PKILimits.backdateSeconds, notAfterSeconds: now + seconds)
        let made = try template.signed(by: signer, issuer: issuer)
        try verify(made, by: issuer ?? made)
        return made
    }

    /// What is made is verified by our own rules before it is used, whoever signed it.
    private func verify(
        _ made: ParsedCertificate, by issuer: ParsedCertificate
    ) throws(PKIError) {
        do throws(PeerRefusal) {
            try AuthorityRules.check(made, element: 0)
            guard try AuthorityRules.checkProfile(made, element: 0) == trustDomain else {
                throw .untrusted(trustDomain: trustDomain)
            }
            guard SignatureMemo().isSigned(made, by: issuer) else { throw .signature(element: 0) }
        } catch {
            throw .signingFailed("the authority that was made is not valid: \(error.reason)")
        }
    }

    /// Reads an authority's certificate, when it is one of the trust domain.
    func authority(_ bytes: [UInt8], at path: String) throws(PKIError) -> ParsedCertificate {
        guard let blocks = try? PEMText.blocks(bytes, max: 1),
            let block = blocks.first, block.label == "CERTIFICATE"
        else { throw .unusableFiles("\(path) does not hold one PEM certificate") }
        do throws(PeerRefusal) {
            let certificate = try ParsedCertificate(der: block.der, element: 0)
            try AuthorityRules.check(certificate, element: 0)
            let domain = try AuthorityRules.checkProfile(certificate, element: 0)
            guard domain == trustDomain else {
                throw .untrusted(trustDomain: trustDomain)
            }
            return certificate
        } catch {
            guard case .untrusted = error else {
                throw .unusableFiles("\(path) is not an authority: \(error.reason)")
            }
            throw .unusableFiles(
                "\(path) is not of the configured trust domain \(quote(trustDomain))")
        }
    }

}
