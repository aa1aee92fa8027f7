/// Why a verified credential does not make a principal.
public enum AuthRefusal: Error, Equatable, Sendable {
    /// The peer's trust domain is verified, but nobody of it may enter.
    case foreignTrustDomain(String)

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .foreignTrustDomain: "foreign_trust_domain"
        }
    }

    /// One line for people.
    public var reason: String {
        switch self {
        case .foreignTrustDomain(let domain):
            "principals of the trust domain \"\(domain)\" are not admitted"
        }
    }
}
