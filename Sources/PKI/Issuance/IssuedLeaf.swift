public import Policy

/// What the log has to say of a certificate that was issued.
public struct IssuedLeaf: Sendable, Equatable {
    /// The identity.
    public let spiffeID: SPIFFEID
    /// The serial number, lower-case hexadecimal.
    public let serial: String
    /// The key identifier of the authority that signed it, lower-case hexadecimal.
    public let issuerKeyID: String
    /// SHA-256 of its DER, lower-case hexadecimal.
    public let certificateSHA256: String
    /// When it was issued, in seconds since the Unix epoch.
    public let issuedSeconds: Int64
    /// When it ends, nanoseconds since the Unix epoch.
    public let endsNanoseconds: Int64

    /// Of an identity that is about to be handed out.
    public init(_ svid: IssuedSVID) {
        spiffeID = svid.spiffeID
        serial = svid.serial
        issuerKeyID = svid.issuerKeyID
        certificateSHA256 = svid.certificateSHA256
        issuedSeconds = svid.issuedSeconds
        endsNanoseconds = svid.expiresAtNanoseconds
    }

    init(_ leaf: ParsedCertificate, _ id: SPIFFEID) {
        spiffeID = id
        serial = leaf.serial
        issuerKeyID = leaf.issuerKeyID
        certificateSHA256 = leaf.sha256Text
        issuedSeconds = leaf.issuedSeconds
        endsNanoseconds = leaf.notAfterNanoseconds
    }
}
