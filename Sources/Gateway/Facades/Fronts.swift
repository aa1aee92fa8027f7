internal import Auth

/// A listener that serves operations.
public enum ListenerName: String, CaseIterable, Sendable {
    /// For workloads, with client certificates.
    case service
    /// For people, without.
    case people
    /// For anybody: what is public by nature.
    case federation
}

/// Which facades each listener serves, and which credentials it takes.
package struct Fronts: Sendable {
    let service: Front
    let people: Front
    let federation: Front

    /// Makes the faces; `hosts` are those that the people listener answers for, `more` are facades beside those of the gateway, `authenticators` judge what is no certificate.
    init(
        _ configuration: GatewayConfiguration, hosts: HostNames,
        more: [ListenerName: [RouteTable]],
        authenticators: [any Authenticator]
    ) {
        service = Front(
            tables: Self.tables(.service, more: more),
            authenticators: [CertificateAuthenticator(trustDomain: configuration.trustDomain)]
                + authenticators)
        let proxies = TrustedProxies(configuration.trustedProxies)
        people = Front(
            tables: Self.tables(.people, more: more), authenticators: authenticators,
            hosts: hosts, proxies: proxies, mayBeCached: false, takesCookies: true)
        federation = Front(
            tables: Self.tables(.federation, more: more), authenticators: [], proxies: proxies)
    }

    /// The tables of a listener, in the order in which they are tried; one with a shorter prefix stands behind.
    package static func tables(
        _ listener: ListenerName, more: [ListenerName: [RouteTable]] = [:]
    ) -> [RouteTable] {
        let own =
            switch listener {
            case .service: [NativeTable.all]
            case .people: [NativeTable.all, PageTable.all]
            case .federation: [FederationTable.all]
            }
        // A table without a prefix owns every path.
        let all = own + (more[listener] ?? [])
        return all.filter { !$0.prefix.isEmpty } + all.filter(\.prefix.isEmpty)
    }
}

extension RouteDescription {
    /// All rows of a listener, in the order in which they are tried.
    public static func all(_ listener: ListenerName) -> [RouteDescription] {
        all(of: Fronts.tables(listener))
    }
}
