internal import Auth

/// Which facades each listener serves, and which credentials it takes.
struct Fronts: Sendable {
    let service: Front

    init(trustDomain: String) {
        service = Front(
            tables: Self.serviceTables,
            authenticators: [CertificateAuthenticator(trustDomain: trustDomain)])
    }

    static let serviceTables: [RouteTable] = [NativeTable.service]
}
