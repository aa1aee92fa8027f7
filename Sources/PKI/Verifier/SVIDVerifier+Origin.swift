extension SVIDVerifier {
    /// Whether authorities that we hold signed a chain's leaf, by themselves or through certificates that came along.
    ///
    /// Says nothing about validity, and nothing about who presents the chain. A stranger costs one signature check at most.
    public func isOurs(_ chain: UnverifiedChain) -> Bool {
        let path = Self.readable(chain.derCertificates)
        let snapshot = trust.snapshot
        let authorities =
            (snapshot.intermediates?.certificates ?? [])
            + snapshot.bundles.values.flatMap(\.anchors)
        for (top, child) in path.enumerated() {
            guard let issuer = authorities.first(where: { PathValidator.isLink(child, issuer: $0) })
            else { continue }
            return isSigned(path[...top], by: issuer)
        }
        return false
    }

    /// Checks the signatures from the top down.
    private func isSigned(
        _ path: ArraySlice<ParsedCertificate>, by authority: ParsedCertificate
    ) -> Bool {
        var issuer = authority
        for child in path.reversed() {
            guard PathValidator.isLink(child, issuer: issuer),
                validator.signatures.isSigned(child, by: issuer)
            else { return false }
            issuer = child
        }
        return true
    }

    /// The certificates up to the first that is too large or can't be read.
    private static func readable(_ chain: [[UInt8]]) -> [ParsedCertificate] {
        var path: [ParsedCertificate] = []
        for (index, der) in chain.prefix(PKILimits.chainCertificatesMax).enumerated() {
            guard der.count <= PKILimits.certificateBytesMax,
                let certificate = try? ParsedCertificate(der: der, element: index)
            else { break }
            path.append(certificate)
        }
        return path
    }
}
