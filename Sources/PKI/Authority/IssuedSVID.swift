public import Policy

/// An X509-SVID as it is handed out; the private key stays with whoever made the request.
public struct IssuedSVID: Sendable, Equatable {
    /// The leaf as PEM.
    public let svidPEM: String
    /// The leaf and its intermediate as PEM, in the order of the path.
    public let chainPEM: String
    /// The trust bundle as PEM.
    public let bundlePEM: String
    /// The leaf and its intermediate as DER.
    public let chainDER: [[UInt8]]
    /// The end of the validity, nanoseconds since the Unix epoch.
    public let expiresAtNanoseconds: Int64
    /// The serial number, lower-case hexadecimal.
    public let serial: String
    /// The identity.
    public let spiffeID: SPIFFEID
    /// The key identifier of the authority that signed it, lower-case hexadecimal.
    public let issuerKeyID: String
    /// SHA-256 of the leaf's DER, lower-case hexadecimal.
    public let certificateSHA256: String
    /// When it was issued, in seconds since the Unix epoch; what is revoked until then counts it in.
    public let issuedSeconds: Int64
}
