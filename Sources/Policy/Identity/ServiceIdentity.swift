import Text

/// The service that a SPIFFE ID names, taken apart by an `IdentityTemplate`.
public struct ServiceIdentity: Sendable {
    /// The trust domain that vouches for the service.
    public var trustDomain: String
    /// The namespace that the service's name belongs to.
    public var namespace: String
    /// The datacenter that the workload runs in.
    public var datacenter: String
    /// The service's name.
    public var service: String

    /// Makes an identity from its parts, which are not checked here.
    public init(trustDomain: String, namespace: String, datacenter: String, service: String) {
        self.trustDomain = trustDomain
        self.namespace = namespace
        self.datacenter = datacenter
        self.service = service
    }
}

extension ServiceIdentity: Equatable {
    /// Whether all parts have the same code units.
    public static func == (left: ServiceIdentity, right: ServiceIdentity) -> Bool {
        left.service.isExactly(right.service) && left.namespace.isExactly(right.namespace)
            && left.datacenter.isExactly(right.datacenter)
            && left.trustDomain.isExactly(right.trustDomain)
    }
}
