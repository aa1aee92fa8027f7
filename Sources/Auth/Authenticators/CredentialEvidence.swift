/// By what a principal is known, for whoever asks who the gateway takes them for; never a secret.
public struct CredentialEvidence: Sendable, Equatable {
    /// The sort of the credential.
    public enum Sort: String, Sendable {
        case certificate, token, session
        case apiKey = "api_key"
    }

    /// What somebody needs who wants to be taken for the same principal.
    public enum Strength: String, Sendable {
        /// The private key of a certificate.
        case certificate
        /// A secret, and the private key of the certificate that it is bound to.
        case bound
        /// A secret.
        case bearer
    }

    /// The sort of the credential.
    public let sort: Sort
    /// Its name: a certificate's serial, a key's public id, a token's `jti`.
    public let id: String?
    /// Who made it, for a token.
    public let issuer: String?
    /// What is needed to have it.
    public let strength: Strength
    /// When it ends, nanoseconds since the Unix epoch; nil until it was judged.
    public var endsNanoseconds: Int64?

    /// Names a credential.
    public init(_ sort: Sort, id: String?, issuer: String? = nil, strength: Strength) {
        self.sort = sort
        self.id = id
        self.issuer = issuer
        self.strength = strength
    }
}
