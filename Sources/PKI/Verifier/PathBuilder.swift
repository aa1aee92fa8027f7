/// Lays the path of a leaf, up to and without its trust anchor, out of what we hold and what came along.
///
/// The leaf comes first; for the rest no order is promised, more than is needed may come, and the root may be left out (RFC 8446
/// section 4.4.2). Never searches: each step takes the one issuer that is named, an intermediate of our own before one that was
/// presented, so that what else was presented, and in which order, does not change the verdict.
struct PathBuilder {
    let bundle: TrustBundle
    /// The intermediates of our own that may complete a path.
    let known: KnownIntermediates?

    /// - Throws: `PeerRefusal.outOfOrder` where something came along and the path ends all the same.
    func path(of presented: [ParsedCertificate]) throws(PeerRefusal) -> [ParsedCertificate] {
        guard var top = presented.first else { throw .noCertificate }
        var path = [top]
        var left = presented.dropFirst().filter { !isAnchor($0) }
        while !bundle.anchors.contains(where: { PathValidator.isLink(top, issuer: $0) }) {
            guard path.count < PKILimits.chainCertificatesMax,
                let issuer = known?.issuer(of: top) ?? take(issuerOf: top, from: &left),
                !path.contains(where: { $0.fingerprint == issuer.fingerprint })
            else {
                if left.isEmpty { return path }
                throw .outOfOrder(element: path.count - 1, detail: reason(top, left))
            }
            path.append(issuer)
            top = issuer
        }
        return path
    }

    private func isAnchor(_ certificate: ParsedCertificate) -> Bool {
        bundle.anchors.contains { $0.fingerprint == certificate.fingerprint }
    }

    private func take(
        issuerOf certificate: ParsedCertificate, from left: inout [ParsedCertificate]
    ) -> ParsedCertificate? {
        left.firstIndex { PathValidator.isLink(certificate, issuer: $0) }.map {
            left.remove(at: $0)
        }
    }

    private func reason(_ top: ParsedCertificate, _ left: [ParsedCertificate]) -> String {
        left.contains { $0.header.subject == top.header.issuer }
            ? "the key identifiers of issuer and subject differ"
            : "none of the certificates that came along is its issuer"
    }
}
