internal import Text

/// What is usual for a well-known provider; each key of the configuration goes before it.
public enum OpenIDPreset: String, CaseIterable, Sendable {
    case google, github, auth0, okta, entra, keycloak

    /// The issuer where there is only one.
    public var issuer: String? {
        switch self {
        case .google: "https://accounts.google.com"
        case .github: "https://github.com"
        case .auth0, .okta, .entra, .keycloak: nil
        }
    }

    /// How issuers of it look.
    public var form: String {
        switch self {
        case .google, .github: issuer ?? ""
        case .auth0: "https://TENANT.auth0.com/, with the slash"
        case .okta: "https://ORG.okta.com or https://ORG.okta.com/oauth2/SERVER"
        case .entra: "https://login.microsoftonline.com/TENANT/v2.0, of one tenant"
        case .keycloak: "https://HOST/realms/REALM"
        }
    }

    /// Whether an issuer may be one of it: a slash too many makes another.
    public func takes(_ issuer: String) -> Bool {
        let path = issuer.utf8.split(separator: UInt8(ascii: "/")).dropFirst(2).map {
            String(decoding: $0, as: UTF8.self)
        }
        let endsWithSlash = issuer.utf8.last == UInt8(ascii: "/")
        switch self {
        case .google: return self.issuer?.isExactly(issuer) == true
        case .github: return !endsWithSlash && path.isEmpty
        case .auth0: return endsWithSlash && path.isEmpty
        case .okta:
            return !endsWithSlash && (path.isEmpty || path.first == "oauth2" && path.count == 2)
        case .entra:
            // Of several tenants, anybody could name themselves as they like.
            return !endsWithSlash && path.count == 2 && path.last == "v2.0"
                && !["common", "organizations", "consumers"].contains(path.first)
        case .keycloak:
            return !endsWithSlash && path.dropLast().last == "realms"
        }
    }

    /// Sets what is usual.
    public func apply(to settings: inout OpenIDSettings) {
        switch self {
        case .google:
            settings.mapping.user = ClaimPath("email")
            // Google's way of asking for a refresh token.
            settings.parameters = [.init("access_type", "offline"), .init("prompt", "consent")]
        case .github:
            settings.scopes = ["read:user", "read:org"]
            settings.mapping.user = ClaimPath("login")
        case .auth0:
            settings.scopes += ["offline_access"]
        case .okta:
            settings.scopes += ["groups", "offline_access"]
            settings.mapping.user = ClaimPath("preferred_username")
        case .entra:
            settings.scopes += ["offline_access"]
            // Names and mail addresses there can be changed to those of others.
            settings.mapping.user = ClaimPath("oid")
            settings.mapping.roles = ClaimPath("roles")
            settings.assumesS256 = true
        case .keycloak:
            settings.mapping.user = ClaimPath("preferred_username")
            settings.mapping.roles = ClaimPath("/realm_access/roles")
        }
    }
}
