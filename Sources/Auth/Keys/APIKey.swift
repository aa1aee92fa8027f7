public import Policy

/// What is known of one API key; its secrets only as hashes.
public struct APIKey: Sendable, Equatable, Codable {
    /// One secret of the key, as the SHA-256 of the whole text.
    public struct Secret: Sendable, Equatable, Codable {
        /// The hash, 32 bytes.
        public var hash: [UInt8]
        /// When it stops being good, nanoseconds since the Unix epoch; nil for as long as the key.
        public var endsNanoseconds: Int64?
    }

    /// The public name.
    public let id: String
    /// What people call it.
    public var name: String
    /// Who owns it: the key never may what its owner may not.
    public var owner: APIKeyOwner
    /// What the policy binds roles to.
    public var scopes: [String]
    /// The client addresses that it works from; empty for all.
    public var cidrs: [String]
    /// The client certificate that it works with; nil for any and none.
    public var spiffeID: String?
    /// Requests a minute; nil for no limit.
    public var perMinute: Int?
    /// Requests an hour; nil for no limit.
    public var perHour: Int?
    /// When it was made, nanoseconds since the Unix epoch.
    public let createdNanoseconds: Int64
    /// When it begins to be good.
    public var startsNanoseconds: Int64
    /// When it stops being good.
    public var endsNanoseconds: Int64
    /// When its secret was changed last.
    public var rotatedNanoseconds: Int64?
    /// When it was revoked.
    public var revokedNanoseconds: Int64?
    /// When it was used last, to a minute.
    public var usedNanoseconds: Int64?
    /// Its secrets: the current one first, then one that ends.
    public var secrets: [Secret]
}

/// Who owns a key, as it was when the key was made.
public struct APIKeyOwner: Sendable, Equatable, Codable {
    /// The kind of principal.
    public var kind: String
    /// The principal's id.
    public var id: String
    /// How it had proved itself.
    public var authentication: String
    /// Its SPIFFE ID.
    public var spiffeID: String?
    /// Its LDAP groups.
    public var ldapGroups: [String]
    /// Its SAML groups.
    public var samlGroups: [String]
    /// Its token's claims: issuer, claim, value.
    public var claims: [[String]]

    /// Takes a principal down.
    public init(_ principal: Principal) {
        kind = principal.kind.rawValue
        id = principal.id
        authentication = principal.authentication.rawValue
        spiffeID = principal.spiffeID?.description
        ldapGroups = principal.ldapGroups
        samlGroups = principal.samlGroups
        claims = principal.oidcClaims.map { [$0.issuer, $0.claim, $0.value] }
    }

    /// The principal again, for the policy in force now; nil where what was stored makes none.
    func principal(template: IdentityTemplate, trustDomain: String) -> Principal? {
        guard let kind = Principal.Kind(rawValue: kind), kind != .anonymous, kind != .key,
            let authentication = Principal.Authentication(rawValue: authentication)
        else { return nil }
        var spiffe: SPIFFEID?
        if let spiffeID {
            guard let parsed = try? SPIFFEID(parsing: spiffeID) else { return nil }
            spiffe = parsed
        }
        let isOwn = kind == .service && spiffe?.trustDomain == trustDomain
        var principal = Principal(
            kind: kind, id: id, authentication: authentication, spiffeID: spiffe,
            service: isOwn ? spiffe.flatMap(template.serviceIdentity) : nil)
        principal.ldapGroups = ldapGroups
        principal.samlGroups = samlGroups
        principal.oidcClaims = claims.filter { $0.count == 3 }.map {
            OIDCClaim(issuer: $0[0], claim: $0[1], value: $0[2])
        }
        return principal
    }
}

/// What a new key is to be.
public struct APIKeyRequest: Sendable, Equatable {
    /// What people call it.
    public var name: String
    /// What the policy binds roles to.
    public var scopes: [String] = []
    /// The client addresses that it works from; empty for all.
    public var cidrs: [String] = []
    /// The client certificate that it works with.
    public var spiffeID: String?
    /// Requests a minute.
    public var perMinute: Int?
    /// Requests an hour.
    public var perHour: Int?
    /// Seconds from now to its beginning.
    public var startsInSeconds: Int64 = 0
    /// Seconds from now to its end.
    public var endsInSeconds = AuthLimits.keySecondsDefault

    /// Makes a request with a name and the usual lifetime.
    public init(name: String) {
        self.name = name
    }
}
