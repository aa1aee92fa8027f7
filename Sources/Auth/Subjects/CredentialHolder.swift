internal import Policy
internal import Text

/// Whose an API key or a session is, as they were known when it was made.
public struct CredentialHolder: Sendable, Equatable, Encodable {
    /// The kind of principal.
    public let kind: String
    /// Its id among those of its kind.
    public let id: String
    let authentication: String
    let spiffeID: String?
    let ldapGroups: [String]
    let samlGroups: [String]
    /// Issuer, claim, value.
    let claims: [[String]]
    let membership: StoredMembership?

    /// Whose word it was, and of which groups; whether nobody else speaks for users is a matter of the moment.
    struct StoredMembership: Sendable, Equatable, Encodable {
        let provider: String
        let groups: [String]
    }

    init(_ principal: Principal) {
        kind = principal.kind.rawValue
        id = principal.id
        authentication = principal.authentication.rawValue
        spiffeID = principal.spiffeID?.description
        ldapGroups = principal.ldapGroups
        samlGroups = principal.samlGroups
        claims = principal.oidcClaims.map { [$0.issuer, $0.claim, $0.value] }
        membership = principal.membership.map {
            StoredMembership(provider: $0.provider, groups: $0.groups)
        }
    }

    /// The principal in short, to tell holders apart.
    var digest: PrincipalDigest { PrincipalDigest(kind: kind, id: id) }

    /// The principal again, for the policy in force now; nil where what was stored makes none.
    func principal(_ naming: HolderNaming) -> Principal? {
        guard let kind = Principal.Kind(rawValue: kind), kind != .anonymous, kind != .key,
            let authentication = Principal.Authentication(rawValue: authentication)
        else { return nil }
        var id: SPIFFEID?
        if let spiffeID {
            guard let parsed = try? SPIFFEID(parsing: spiffeID) else { return nil }
            id = parsed
        }
        let isOwnService =
            kind == .service && id?.trustDomain.utf8.elementsEqual(naming.trustDomain.utf8) == true
        var principal = Principal(
            kind: kind, id: self.id, authentication: authentication, spiffeID: id,
            service: isOwnService ? id.flatMap(naming.template.serviceIdentity) : nil)
        principal.ldapGroups = ldapGroups
        principal.samlGroups = samlGroups
        principal.membership = membership.map {
            Membership(
                provider: $0.provider,
                isOnlyProvider: naming.onlyProvider?.isExactly($0.provider) == true,
                groups: $0.groups)
        }
        principal.oidcClaims = claims.filter { $0.count == 3 }.map {
            OIDCClaim(issuer: $0[0], claim: $0[1], value: $0[2])
        }
        return principal
    }
}

/// What makes a stored holder a principal: how things are named now.
struct HolderNaming: Sendable {
    let trustDomain: String
    let template: IdentityTemplate
    /// The provider whose name policies may leave out; nil where there are several or none.
    let onlyProvider: String?
}
