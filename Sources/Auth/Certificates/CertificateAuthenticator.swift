public import PKI
public import Policy

/// Turns a verified X509-SVID into the principal that policies know.
///
/// - `spiffe://<own domain>/operator/<name>`: an operator.
/// - An ID of the own trust domain in the template's form: a service with its namespace, datacenter and name.
/// - Any other ID of an admitted trust domain: a service without a name, so that only rules that name its
///   SPIFFE ID can match. A federated `web` must never pass for our own `web`.
///
/// The principal's `id` is always the whole SPIFFE ID. A pure value: cache its answers with the connection.
public struct CertificateAuthenticator: Sendable {
    /// The trust domain whose operators may exist.
    public let trustDomain: String
    /// How services are named.
    public let template: IdentityTemplate
    /// The other trust domains whose services are admitted.
    public let federatedTrustDomains: Set<String>

    /// Admits the own trust domain, and others only when they are named.
    public init(
        trustDomain: String, template: IdentityTemplate = .consul,
        federatedTrustDomains: Set<String> = []
    ) {
        self.trustDomain = trustDomain
        self.template = template
        self.federatedTrustDomains = federatedTrustDomains
    }

    /// The principal that a verified peer is.
    public func authenticate(_ peer: VerifiedPeer) -> Result<Principal, AuthRefusal> {
        let id = peer.spiffeID
        let isOwn = id.trustDomain == trustDomain
        guard isOwn || federatedTrustDomains.contains(id.trustDomain) else {
            return .failure(.foreignTrustDomain(id.trustDomain))
        }
        let segments = id.pathSegments
        let isOperator = isOwn && segments.count == 2 && segments.first == "operator"
        return .success(
            Principal(
                kind: isOperator ? .operator : .service, id: id.description,
                authentication: .mtls, spiffeID: id,
                service: isOperator || !isOwn ? nil : template.serviceIdentity(of: id)))
    }
}
