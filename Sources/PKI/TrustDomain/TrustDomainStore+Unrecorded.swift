import Policy

/// Certificates that were made while no log was open: noted in a file beside the authorities, on disk before they leave, until the log has
/// them.
extension TrustDomainStore {
    private var unrecordedPath: String {
        FilePath.join(configuration.directory, "unrecorded.pem")
    }

    /// Notes one that is about to be handed out.
    func noteUnrecorded(_ svid: IssuedSVID) throws(PKIError) {
        var text = try unrecordedText()
        text += Array(svid.svidPEM.utf8)
        guard text.count <= PKILimits.bundleBytesMax else {
            throw .unusableFiles(
                "\(unrecordedPath) holds too many certificates: start the gateway, so that it records them"
            )
        }
        try files.replace(unrecordedPath, text, mode: 0o600)
    }

    /// Those that the log does not have yet, without those that are no good any more.
    ///
    /// - Throws: `PKIError.unusableFiles`, `.fileFailed`.
    public func unrecorded(nowNanoseconds now: Int64) throws(PKIError) -> [IssuedLeaf] {
        try leaves(unrecordedText(), at: unrecordedPath, now)
    }

    /// Removes the note, once the log has them.
    public func forgetUnrecorded() throws(PKIError) {
        guard try files.status(unrecordedPath) != nil else { return }
        try files.remove(unrecordedPath)
        try files.syncDirectory(configuration.directory)
    }

    /// The operator's certificate that an earlier version's first start wrote; nil where there is none that is good.
    public func operatorLeaf(nowNanoseconds now: Int64) throws(PKIError) -> IssuedLeaf? {
        guard let directory = configuration.certsDirectory else { return nil }
        let path = FilePath.join(directory, "operator.pem")
        guard try files.status(path) != nil else { return nil }
        return try leaves(files.read(path, max: PKILimits.bundleBytesMax), at: path, now).first
    }

    private func unrecordedText() throws(PKIError) -> [UInt8] {
        guard try files.status(unrecordedPath) != nil else { return [] }
        return try files.read(unrecordedPath, max: PKILimits.bundleBytesMax)
    }

    /// The leaves of a file that our authorities signed and that are good now.
    private func leaves(
        _ text: [UInt8], at path: String, _ now: Int64
    ) throws(PKIError) -> [IssuedLeaf] {
        let blocks: [PEMBlock]
        do {
            blocks = try PEMText.blocks(text, max: PKILimits.unrecordedMax)
        } catch {
            throw .unusableFiles("\(path) does not hold PEM certificates: remove it")
        }
        let verifier = SVIDVerifier(trust: trust)
        return blocks.compactMap { block in
            guard let leaf = try? ParsedCertificate(der: block.der, element: 0),
                let peer = try? verifier.verifyUnremembered([block.der], nowNanoseconds: now),
                peer.spiffeID.trustDomain == configuration.trustDomain
            else { return nil }
            return IssuedLeaf(leaf, peer.spiffeID)
        }
    }
}
