/// One issuer whose tokens are taken, and what its tokens must say: an entry of `auth.jwt` in the configuration.
public struct TokenIssuer: Sendable, Equatable {
    /// A short name, the provider in `user:PROVIDER/NAME`: no issuer can name another's users.
    public var name: String
    /// The `iss` of its tokens, compared by code units.
    public var issuer: String
    /// The audiences of which a token must name one.
    public var audiences: [String]
    /// Where its keys come from.
    public var keys: KeySource
    /// The file of authorities that the server of its keys is checked against; nil for the system's.
    public var authorities: String?
    /// The algorithms that it may use.
    public var algorithms: Set<JWSAlgorithm> = [.rs256, .es256]
    /// The types that its tokens may have, in lower case; "" stands for none.
    public var types: Set<String> = ["at+jwt", "jwt", ""]
    /// How far clocks may differ, in seconds.
    public var skewSeconds: Int64 = 60
    /// How old a token may be, in seconds; nil for as old as it is good.
    public var maxAgeSeconds: Int64?
    /// What `sub` must match one of; empty for anything.
    public var subjects: [ClaimGlob] = []
    /// What other claims must match one of, each.
    public var claims: [BoundClaim] = []
    /// The parties (`azp`, else `client_id`) that tokens may be issued to; empty for all.
    public var authorizedParties: [String] = []
    /// Whether a token must be bound to the client certificate (RFC 8705).
    public var requiresBinding = false
    /// How claims name who the token is for.
    public var mapping = ClaimMapping()

    /// Makes an issuer with the usual rules.
    public init(name: String, issuer: String, audiences: [String], keys: KeySource) {
        self.name = name
        self.issuer = issuer
        self.audiences = audiences
        self.keys = keys
    }
}

/// Where an issuer's keys come from.
public enum KeySource: Sendable, Equatable {
    /// A file that holds a JSON Web Key Set.
    case file(String)
    /// An address that answers with one.
    case address(KeyAddress)
    /// The address that the issuer's own metadata names (OpenID Connect Discovery 1.0 section 4).
    case discovery(KeyAddress)
}

/// A claim that a token must have, and what it must match one of.
public struct BoundClaim: Sendable, Equatable {
    /// Which claim.
    public var path: ClaimPath
    /// What one of its values must match.
    public var values: [ClaimGlob]

    /// Makes a bound.
    public init(_ path: ClaimPath, _ values: [ClaimGlob]) {
        self.path = path
        self.values = values
    }
}

/// How the claims of an issuer's tokens become a principal.
public struct ClaimMapping: Sendable, Equatable {
    /// The claim that names the user.
    public var user = ClaimPath("sub")
    /// The claim that lists groups.
    public var groups = ClaimPath("groups")
    /// Taken away from each group; a group without it is none.
    public var groupsPrefix = ""
    /// Which groups are taken, after the prefix is taken away; empty for all.
    public var groupsAllowed: [ClaimGlob] = []
    /// The claim that lists roles; nil for none.
    public var roles: ClaimPath?
    /// Taken away from each role; a role without it is none.
    public var rolesPrefix = ""
    /// The roles that the issuer may give; no others, and none unless they stand here.
    public var rolesAllowed: [String] = []
    /// Where the claims name a service of the own trust domain; nil where tokens are for users.
    public var service: ServiceMapping?

    /// Makes the usual mapping.
    public init() {}
}

/// Which claims name a service of the own trust domain.
public struct ServiceMapping: Sendable, Equatable {
    /// The claim that is the service's name.
    public var name: ClaimPath
    /// The claim that is its namespace; nil for `default`.
    public var namespace: ClaimPath?

    /// Makes a mapping.
    public init(name: ClaimPath, namespace: ClaimPath? = nil) {
        self.name = name
        self.namespace = namespace
    }
}
