public import Policy

/// What a peer presented, leaf first, as DER; nothing about it is known yet.
public struct UnverifiedChain: Sendable, Equatable {
    /// The certificates in the order they were sent.
    public let derCertificates: [[UInt8]]

    /// Takes the certificates as they came.
    public init(derCertificates: [[UInt8]]) {
        self.derCertificates = derCertificates
    }
}

/// A peer whose X509-SVID was verified against its own trust domain's bundle.
///
/// Only `SVIDVerifier` makes one.
public struct VerifiedPeer: Sendable, Hashable {
    /// The peer's identity.
    public let spiffeID: SPIFFEID
    /// The leaf's serial number, lower-case hexadecimal.
    public let serial: String
    /// The start of the leaf's validity, nanoseconds since the Unix epoch.
    public let notBeforeNanoseconds: Int64
    /// The end of the path's validity: the earliest NotAfter of leaf and issuers.
    public let notAfterNanoseconds: Int64
    /// The key identifier of the leaf's issuer, lower-case hexadecimal.
    public let issuerKeyID: String
    /// The key identifiers of all authorities above the leaf, its issuer's first.
    public let authorityKeyIDs: [String]
    /// SHA-256 of the leaf's DER, which names the certificate in tokens that are bound to it (RFC 8705 section 3.1).
    public let certificateSHA256: [UInt8]

    init(
        spiffeID: SPIFFEID, serial: String, notBeforeNanoseconds: Int64,
        notAfterNanoseconds: Int64, authorityKeyIDs: [String], certificateSHA256: [UInt8]
    ) {
        self.spiffeID = spiffeID
        self.serial = serial
        self.notBeforeNanoseconds = notBeforeNanoseconds
        self.notAfterNanoseconds = notAfterNanoseconds
        issuerKeyID = authorityKeyIDs.first ?? ""
        self.authorityKeyIDs = authorityKeyIDs
        self.certificateSHA256 = certificateSHA256
    }
}
