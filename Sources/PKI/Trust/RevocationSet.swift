internal import Policy
public import Text

/// Certificates, identities and authorities that are no longer trusted, checked for every element of a path.
public struct RevocationSet: Sendable, Equatable {
    /// A certificate, named by its issuer's key and its serial number.
    public struct Entry: Hashable, Sendable {
        /// The issuer's key identifier, lower-case hexadecimal.
        public let issuerKeyID: String
        /// The serial number, lower-case hexadecimal without leading zeros.
        public let serial: String

        /// Names one certificate.
        public init(issuerKeyID: String, serial: String) {
            self.issuerKeyID = issuerKeyID
            self.serial = serial
        }
    }

    /// How far the certificates of an identity are revoked.
    public struct IdentityCut: Sendable, Equatable {
        /// What was issued until then is revoked, in seconds since the Unix epoch.
        public let untilSeconds: Int64
        /// Whether none may be issued and none is taken, whenever it was issued.
        public let blocksIssuance: Bool

        /// Makes a cut, within the years that a certificate can name.
        public init(untilSeconds: Int64, blocksIssuance: Bool) {
            self.untilSeconds = min(max(untilSeconds, 0), PKILimits.lastSecond)
            self.blocksIssuance = blocksIssuance
        }
    }

    /// The revoked certificates.
    public var certificates: Set<Entry>
    /// The identities whose certificates are revoked, by SPIFFE ID.
    public var identities: [ExactText: IdentityCut]
    /// The key identifiers of revoked authorities: neither they nor what they issued is taken.
    public var revokedKeyIDs: Set<String>
    /// The key identifiers of tainted authorities: what they issued is taken in a full handshake, and resumes no session.
    public var taintedKeyIDs: Set<String>

    /// Nothing is revoked unless named.
    public init(
        certificates: Set<Entry> = [], identities: [ExactText: IdentityCut] = [:],
        revokedKeyIDs: Set<String> = [], taintedKeyIDs: Set<String> = []
    ) {
        self.certificates = certificates
        self.identities = identities
        self.revokedKeyIDs = revokedKeyIDs
        self.taintedKeyIDs = taintedKeyIDs
    }

    /// Whether nothing at all is revoked or tainted.
    public var isEmpty: Bool {
        certificates.isEmpty && identities.isEmpty && revokedKeyIDs.isEmpty && taintedKeyIDs.isEmpty
    }

    /// The second after which a certificate must be issued to be good for an identity; nil where any is, or none.
    func issuedAfter(_ id: SPIFFEID) -> Int64? {
        identities.isEmpty ? nil : identities[ExactText(id.description)]?.untilSeconds
    }

    /// Whether no certificate may be issued to an identity.
    func blocksIssuance(to id: SPIFFEID) -> Bool {
        identities[ExactText(id.description)]?.blocksIssuance == true
    }

    func check(_ certificate: ParsedCertificate, element: Int) throws(PeerRefusal) {
        let extensions = certificate.extensions
        if !revokedKeyIDs.isEmpty {
            for bytes in [extensions.authorityKeyIdentifier, extensions.subjectKeyIdentifier] {
                guard let keyID = bytes.map({ hexText($0) }), revokedKeyIDs.contains(keyID) else {
                    continue
                }
                throw .revokedAuthority(element: element, keyID: keyID)
            }
        }
        guard !certificates.isEmpty else { return }
        let issuer = extensions.authorityKeyIdentifier ?? extensions.subjectKeyIdentifier ?? []
        let entry = Entry(issuerKeyID: hexText(issuer), serial: certificate.serial)
        guard !certificates.contains(entry) else {
            throw .revoked(element: element, serial: certificate.serial)
        }
    }

    /// Checks a leaf by its identity and the time of its issue.
    func check(_ id: SPIFFEID, notBeforeNanoseconds: Int64) throws(PeerRefusal) {
        guard !identities.isEmpty, let cut = identities[ExactText(id.description)] else { return }
        let issued = notBeforeNanoseconds / PKILimits.nanosecondsPerSecond
        guard !cut.blocksIssuance,
            issued.addingReportingOverflow(PKILimits.backdateSeconds).partialValue
                > cut.untilSeconds
        else { throw .revokedIdentity(id.description) }
    }

    /// Why a peer that was let in before may go on no longer; nil where it may.
    ///
    /// - Parameters:
    ///   - peer: The peer.
    ///   - isResumed: Whether it came by a resumed session, which a tainted authority ends.
    /// - Returns: The refusal.
    public func refusal(of peer: VerifiedPeer, isResumed: Bool) -> PeerRefusal? {
        if isEmpty { return nil }
        if let keyID = peer.authorityKeyIDs.first(where: revokedKeyIDs.contains) {
            return .revokedAuthority(element: 0, keyID: keyID)
        }
        let entry = Entry(issuerKeyID: peer.issuerKeyID, serial: peer.serial)
        if certificates.contains(entry) { return .revoked(element: 0, serial: peer.serial) }
        if isResumed, let keyID = peer.authorityKeyIDs.first(where: taintedKeyIDs.contains) {
            return .tainted(element: 0, keyID: keyID)
        }
        do throws(PeerRefusal) {
            try check(peer.spiffeID, notBeforeNanoseconds: peer.notBeforeNanoseconds)
            return nil
        } catch {
            return error
        }
    }
}
