public import Policy
public import StrictJSON

/// A workload's token that was verified against its own trust domain's bundle.
///
/// Only `JWTSVIDVerifier` makes one.
public struct VerifiedJWTSVID: Sendable, Equatable {
    /// Who the token speaks for.
    public let spiffeID: SPIFFEID
    /// Whom the token is for.
    public let audience: [String]
    /// The end of the validity, seconds since the Unix epoch.
    public let expiresAtSeconds: Int64
    /// When it was issued, seconds since the Unix epoch, if it says so.
    public let issuedAtSeconds: Int64?
    /// The key that signed it.
    public let keyID: String
    /// All claims, as they were signed: always an object.
    public let claims: JSONValue

    init(
        spiffeID: SPIFFEID, audience: [String], expiresAtSeconds: Int64, issuedAtSeconds: Int64?,
        keyID: String, claims: JSONValue
    ) {
        self.spiffeID = spiffeID
        self.audience = audience
        self.expiresAtSeconds = expiresAtSeconds
        self.issuedAtSeconds = issuedAtSeconds
        self.keyID = keyID
        self.claims = claims
    }
}
