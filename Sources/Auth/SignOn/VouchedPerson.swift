public import Policy

/// A person as a provider vouches for them.
public struct VouchedPerson: Sendable, Equatable {
    /// Their name as the provider has it, never as it was typed; the principal is `PROVIDER/NAME`.
    public var name: String
    /// Their groups, for `group:PROVIDER/NAME`.
    public var groups: [String] = []
    /// The distinguished names of their groups, for `ldap_group`.
    public var ldapGroups: [String] = []
    /// The groups that a SAML assertion named, for `saml_group`.
    public var samlGroups: [String] = []
    /// What a token claimed, for `oidc: { issuer, claim, value }`.
    public var claims: [OIDCClaim] = []
    /// Roles that the provider gives; those count that its allow list has.
    public var roles: [String] = []
    /// When the provider's word ends, nanoseconds since the Unix epoch; nil where it sets no end.
    public var endsNanoseconds: Int64?
    /// What the provider knows the person and this sign-on by.
    public var handle: ProviderHandle

    /// Makes a person without groups.
    public init(name: String, handle: ProviderHandle) {
        self.name = name
        self.handle = handle
    }
}

/// What a provider knows a person and one sign-on by; kept with the session, and no secret.
public struct ProviderHandle: Sendable, Equatable {
    /// The person: a distinguished name, a token's `sub`, a NameID.
    public var subject: String
    /// The provider's own session: a token's `sid`, a SessionIndex; nil where there is none.
    public var session: String?

    /// Makes a handle.
    public init(subject: String, session: String? = nil) {
        self.subject = subject
        self.session = session
    }
}

/// The sorts of providers that vouch for people.
public enum ProviderKind: String, Sendable, CaseIterable {
    /// A directory: LDAP, Active Directory.
    case ldap
    /// An OpenID provider, or one of plain OAuth 2.
    case oidc
    /// A SAML 2.0 identity provider.
    case saml

    var authentication: Principal.Authentication {
        switch self {
        case .ldap: .ldap
        case .oidc: .oidc
        case .saml: .saml
        }
    }

    var method: SessionProof.Method {
        switch self {
        case .ldap: .ldap
        case .oidc: .oidc
        case .saml: .saml
        }
    }
}
