package import Auth

/// Which facades each listener serves, and which credentials it takes.
struct Fronts: Sendable {
    let service: Front
    let people: Front
    /// Where people are served; nil if nowhere.
    let peopleAddress: ListenAddress?

    init(trustDomain: String, _ outside: OutsideParts) {
        service = Front(
            tables: Self.serviceTables,
            authenticators: [CertificateAuthenticator(trustDomain: trustDomain)]
                + outside.authenticators)
        people = Front(tables: Self.peopleTables, authenticators: outside.authenticators)
        peopleAddress = outside.people
    }

    static let serviceTables: [RouteTable] = [NativeTable.service, ConsulTable.service]
    static let peopleTables: [RouteTable] = [NativeTable.people, ConsulTable.service]
}

/// What the gateway gets from outside; a test gives its own.
package struct OutsideParts: Sendable {
    package var signOn: (any PasswordChecking)?
    package var authenticators: [any Authenticator] = []
    package var people: ListenAddress?

    package init() {}
}
