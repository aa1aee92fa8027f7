import X509

/// A path from a leaf up to, and without, its trust anchor, together with the time in which all of it holds.
struct ValidatedPath: Sendable {
    let elements: [ParsedCertificate]
    let notBeforeNanoseconds: Int64
    let notAfterNanoseconds: Int64
}

/// Validates the one path that was laid; never searches for another.
///
/// RFC 5280 section 6.1 for paths of at most four certificates. Cheap checks come first; signatures last and from the top, so
/// that a stranger costs one signature check at most.
struct PathValidator: Sendable {
    let signatures: SignatureMemo
    let clockSkewNanoseconds: Int64

    /// `presented` begins with the leaf; the rest is taken as a ``PathBuilder`` takes it.
    func validate(
        _ presented: [ParsedCertificate], bundle: TrustBundle, known: KnownIntermediates? = nil,
        revocations: RevocationSet, nowNanoseconds: Int64
    ) throws(PeerRefusal) -> ValidatedPath {
        let elements = try PathBuilder(bundle: bundle, known: known).path(of: presented)
        for index in elements.indices.dropFirst() {
            try AuthorityRules.check(elements[index], element: index)
        }
        let candidates = bundle.anchors.filter { anchor in
            elements.last.map { Self.isLink($0, issuer: anchor) } ?? false
        }
        guard !candidates.isEmpty else { throw .untrusted(trustDomain: bundle.trustDomain) }
        var refusal = PeerRefusal.untrusted(trustDomain: bundle.trustDomain)
        for anchor in candidates {
            do {
                return try validate(
                    elements, anchor: anchor, revocations: revocations, now: nowNanoseconds)
            } catch {
                refusal = error
            }
        }
        throw refusal
    }

    private func validate(
        _ elements: [ParsedCertificate], anchor: ParsedCertificate, revocations: RevocationSet,
        now: Int64
    ) throws(PeerRefusal) -> ValidatedPath {
        let path = elements + [anchor]
        var start = Int64.min
        var end = Int64.max
        for (index, certificate) in path.enumerated() {
            try checkTime(certificate, element: index, now: now)
            start = max(start, certificate.notBeforeNanoseconds)
            end = min(end, certificate.notAfterNanoseconds)
            try revocations.check(certificate, element: index)
        }
        try checkPathLengths(path)
        try checkNameConstraints(path)
        for index in elements.indices.reversed() {
            guard signatures.isSigned(path[index], by: path[index + 1]) else {
                throw .signature(element: index)
            }
        }
        return ValidatedPath(
            elements: elements, notBeforeNanoseconds: start, notAfterNanoseconds: end)
    }

    private func checkTime(
        _ certificate: ParsedCertificate, element: Int, now: Int64
    ) throws(PeerRefusal) {
        let (late, overflow) = now.addingReportingOverflow(clockSkewNanoseconds)
        guard overflow || certificate.notBeforeNanoseconds <= late else {
            throw .notYetValid(
                element: element, notBeforeNanoseconds: certificate.notBeforeNanoseconds)
        }
        guard now <= certificate.notAfterNanoseconds else {
            throw .expired(element: element, notAfterNanoseconds: certificate.notAfterNanoseconds)
        }
    }

    /// Whether a certificate names another as its issuer.
    static func isLink(_ child: ParsedCertificate, issuer: ParsedCertificate) -> Bool {
        child.header.issuer == issuer.header.subject
            && child.extensions.authorityKeyIdentifier == issuer.extensions.subjectKeyIdentifier
    }

    /// RFC 5280 section 6.1.4 (l) and (m): self-issued intermediates do not count.
    private func checkPathLengths(_ path: [ParsedCertificate]) throws(PeerRefusal) {
        var below = 0
        for index in path.indices.dropFirst() {
            if case .isCertificateAuthority(let length?) = path[index].extensions.basicConstraints,
                below > length
            {
                throw .pathLength(element: index)
            }
            if !path[index].isSelfIssued { below += 1 }
        }
    }

    private func checkNameConstraints(_ path: [ParsedCertificate]) throws(PeerRefusal) {
        for index in path.indices.dropFirst() {
            guard let constraints = path[index].extensions.nameConstraints else { continue }
            for below in path.indices.prefix(index) {
                for uri in path[below].extensions.uniformResourceIdentifiers {
                    guard let host = SPIFFEHost.of(uri), constraints.admits(host: host) else {
                        throw .nameConstraints(
                            element: below, detail: "outside the constraints of its issuers")
                    }
                }
            }
        }
    }
}
