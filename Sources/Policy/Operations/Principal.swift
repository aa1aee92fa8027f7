/// Who asks: an authenticated workload, person, key or operator, or nobody known.
public struct Principal: Hashable, Sendable {
    /// What sort of principal it is.
    public enum Kind: String, CaseIterable, Sendable {
        case service, user, key, `operator`, anonymous
    }

    /// How the principal proved who it is.
    public enum Authentication: String, CaseIterable, Sendable {
        case mtls, jwt
        case apiKey = "api_key"
        case ldap, oidc, saml, session
        case joinToken = "join_token"
        case none
    }

    /// What sort of principal it is.
    public var kind: Kind
    /// Its name among principals of its kind.
    public var id: String
    /// How it proved who it is.
    public var authentication: Authentication
    /// Its verified SPIFFE ID, if it has one.
    public var spiffeID: SPIFFEID?
    /// The service that its SPIFFE ID names, by the trust domain's identity template.
    public var service: ServiceIdentity?
    /// The distinguished names of its LDAP groups.
    public var ldapGroups: [String] = []
    /// The groups that its SAML assertion named.
    public var samlGroups: [String] = []
    /// The verified claims of its OpenID Connect token.
    public var oidcClaims: [OIDCClaim] = []
    /// The scopes of its API key.
    public var apiKeyScopes: [String] = []
    /// Roles held without a binding; set only by a policy's embedded tests (`as: { roles: [...] }`).
    public var directRoles: [String] = []

    /// Makes a principal; groups, claims and scopes are set afterwards.
    public init(
        kind: Kind, id: String, authentication: Authentication, spiffeID: SPIFFEID? = nil,
        service: ServiceIdentity? = nil
    ) {
        self.kind = kind
        self.id = id
        self.authentication = authentication
        self.spiffeID = spiffeID
        self.service = service
    }

    /// Nobody known; refused by every policy at gate `authn`.
    public static let anonymous = Principal(kind: .anonymous, id: "", authentication: .none)
}

/// One value of one claim of a verified OpenID Connect token.
public struct OIDCClaim: Hashable, Sendable {
    /// The token's issuer, as it is configured.
    public var issuer: String
    /// The claim's name.
    public var claim: String
    /// The claim's value; a claim that is a list makes one `OIDCClaim` an element.
    public var value: String

    /// Makes a claim.
    public init(issuer: String, claim: String, value: String) {
        self.issuer = issuer
        self.claim = claim
        self.value = value
    }
}
