import Text

/// Who asks: an authenticated workload, person, key or operator, or nobody known.
public struct Principal: Sendable {
    /// What sort of principal it is.
    public enum Kind: String, CaseIterable, Sendable {
        case service, user, key, `operator`, anonymous
    }

    /// How the principal proved who it is.
    public enum Authentication: String, CaseIterable, Sendable {
        case mtls, jwt
        case apiKey = "api_key"
        case ldap, oidc, saml, session, none
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
    /// The provider that vouches for it, with its groups; nil for whoever is vouched for by a certificate or a key.
    public var membership: Membership?
    /// The distinguished names of its LDAP groups.
    public var ldapGroups: [String] = []
    /// The groups that its SAML assertion named.
    public var samlGroups: [String] = []
    /// The verified claims of its OpenID Connect token.
    public var oidcClaims: [OIDCClaim] = []
    /// The scopes of its API key.
    public var apiKeyScopes: [String] = []
    /// Who made the API key, and is judged in its place; nil for all that is no key.
    public var owner: KeyOwner?
    /// Roles held without a binding: those that an issuer's allow list lets its tokens give, and those of a policy's
    /// embedded tests (`as: { roles: [...] }`).
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

/// The principal that an API key acts for.
///
/// A class, so that every other principal is no larger for it.
public final class KeyOwner: Sendable, Equatable {
    /// The owner, as it was known when the key was made.
    public let principal: Principal

    /// Takes the owner; a key or nobody owns no key, so nothing is allowed to a key of theirs.
    public init(_ principal: Principal) {
        self.principal = principal
    }

    /// Whether both are the same principal in every part.
    public static func == (left: KeyOwner, right: KeyOwner) -> Bool {
        left === right || left.principal == right.principal
    }
}

/// One value of one claim of a verified OpenID Connect token.
public struct OIDCClaim: Sendable {
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

extension OIDCClaim: Equatable {
    /// Whether all parts have the same code units.
    public static func == (left: OIDCClaim, right: OIDCClaim) -> Bool {
        left.issuer.isExactly(right.issuer) && left.claim.isExactly(right.claim)
            && left.value.isExactly(right.value)
    }
}

extension Principal: Equatable {
    /// Whether two are the same in every part, texts by their code units.
    public static func == (left: Principal, right: Principal) -> Bool {
        left.kind == right.kind && left.id.isExactly(right.id)
            && left.authentication == right.authentication && left.spiffeID == right.spiffeID
            && left.service == right.service && left.oidcClaims == right.oidcClaims
            && left.membership == right.membership
            && left.owner == right.owner
            && left.lists.elementsEqual(right.lists) {
                $0.elementsEqual($1) { $0.isExactly($1) }
            }
    }

    private var lists: [[String]] {
        [ldapGroups, samlGroups, apiKeyScopes, directRoles]
    }
}
