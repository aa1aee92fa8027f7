/// Keys that answers name, so that a person knows what to raise.
enum ConfigurationName {
    static let service = "listen.service"
    static let people = "listen.people"
    static let federation = "listen.federation"
    static let peopleCertificate = "people.cert"
    static let peopleKey = "people.key"
    static let intermediateTTL = "identity.intermediate_ttl"
    static let rootTTL = "identity.root_ttl"
    static let svidTTLMax = "identity.svid_ttl_max"
    static let serverTTL = "identity.server_ttl"
    static let tokenIssuer = "tokens.issuer"
    static let tokenAudiences = "tokens.audiences"
    static let sessionIdle = "auth.session.idle"
    static let sessionAbsolute = "auth.session.absolute"
    static let connectionsPerPrincipal = "limits.connections_per_principal"
    static let registrationsPerPrincipal = "limits.registrations_per_principal"
    static let registrationsPerNamespace = "limits.registrations_per_namespace"
}
