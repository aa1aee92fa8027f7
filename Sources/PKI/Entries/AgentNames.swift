public import Policy

/// The names that agents have in a trust domain: `spiffe://<trust domain>/agent/<name>`.
public enum AgentNames {
    static let firstSegment = "agent"

    /// The agent's SPIFFE ID; nil when the name can't stand in one.
    public static func spiffeID(_ name: String, trustDomain: String) -> SPIFFEID? {
        guard isName(name) else { return nil }
        return try? SPIFFEID(trustDomain: trustDomain, segments: [firstSegment, name])
    }

    /// The name of the agent that an ID of a trust domain names; nil for all other IDs.
    public static func name(of id: SPIFFEID, trustDomain: String) -> String? {
        let segments = id.pathSegments
        guard id.trustDomain == trustDomain, segments.count == 2,
            segments.first?.utf8.elementsEqual(firstSegment.utf8) == true
        else { return nil }
        return segments.last.map(String.init)
    }

    /// Whether a text may name an agent.
    public static func isName(_ text: String) -> Bool {
        (1...PKILimits.agentNameBytesMax).contains(text.utf8.count) && text != "." && text != ".."
            && text.utf8.allSatisfy {
                (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0)
                    || $0 == 45 || $0 == 46 || $0 == 95
            }
    }

    /// Whether an ID is the registry's own, an operator's, an agent's or the trust domain's: never a workload's.
    static func isReserved(_ id: SPIFFEID) -> Bool {
        guard let first = id.pathSegments.first else { return true }
        if ["operator", firstSegment].contains(String(first)) { return true }
        guard let service = IdentityTemplate.consul.serviceIdentity(of: id) else { return false }
        return service.service == TrustDomainNames.ownService
            && service.namespace == TrustDomainNames.ownNamespace
    }
}
