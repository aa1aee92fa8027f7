internal import Auth

/// A listener that serves operations.
public enum ListenerName: String, CaseIterable, Sendable {
    /// For workloads, with client certificates.
    case service
    /// For people, without.
    case people
}

/// Which facades each listener serves, and which credentials it takes.
package struct Fronts: Sendable {
    let service: Front
    let people: Front

    /// Makes the faces; `more` are facades beside those of the gateway, `authenticators` judge what is no certificate.
    init(
        trustDomain: String, more: [ListenerName: [RouteTable]],
        authenticators: [any Authenticator]
    ) {
        service = Front(
            tables: Self.tables(.service, more: more),
            authenticators: [CertificateAuthenticator(trustDomain: trustDomain)] + authenticators)
        people = Front(tables: Self.tables(.people, more: more), authenticators: authenticators)
    }

    /// The tables of a listener, in the order in which they are tried; one with a shorter prefix stands behind.
    package static func tables(
        _ listener: ListenerName, more: [ListenerName: [RouteTable]] = [:]
    ) -> [RouteTable] {
        [NativeTable.all] + (more[listener] ?? [])
    }
}

extension RouteDescription {
    /// All rows of a listener, in the order in which they are tried.
    public static func all(_ listener: ListenerName) -> [RouteDescription] {
        all(of: Fronts.tables(listener))
    }
}
