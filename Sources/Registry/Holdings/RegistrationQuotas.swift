/// How many registrations there may be of one principal and in one namespace.
public struct RegistrationQuotas: Equatable, Sendable {
    /// The most of one principal, whoever's services they are of.
    public var perPrincipal: Int
    /// The most in one namespace.
    public var perNamespace: Int

    /// Makes quotas; without arguments the defaults.
    public init(
        perPrincipal: Int = RegistryLimits.registrationsPerPrincipalDefault,
        perNamespace: Int = RegistryLimits.registrationsPerNamespaceDefault
    ) {
        self.perPrincipal = perPrincipal
        self.perNamespace = perNamespace
    }
}

/// A quota that is used up.
public enum FullQuota: Equatable, Sendable {
    /// The principal has as many registrations as it may.
    case principal(limit: Int)
    /// The namespace has as many registrations as it may.
    case namespace(limit: Int)
}

/// Why there is no room for a registration.
public enum NoRoom: Equatable, Sendable {
    /// The service or the catalogue holds as many instances as it may.
    case full
    /// The principal or the namespace has as many registrations as it may.
    case overQuota(FullQuota)
}
