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

/// Why something of this module can't be done.
public enum AuthError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A key set can't be read or fetched.
    case keySet(String)
    /// The store of keys can't be opened or written.
    case store(String)
    /// The issuer's settings can't be used.
    case settings(String)
    /// As many keys are there as may be.
    case full
    /// Permit and receipt are not for what was to be done: a bug.
    case unproven

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .keySet: "key_set"
        case .store: "credential_store"
        case .settings: "issuer_settings"
        case .full: "too_many_keys"
        case .unproven: "unproven"
        }
    }

    /// One line for people.
    public var description: String {
        switch self {
        case .keySet(let text): "key set: \(text)"
        case .store(let text): "credential store: \(text)"
        case .settings(let text): "issuer: \(text)"
        case .full: "as many keys are there as may be"
        case .unproven: "permit and receipt are not for this"
        }
    }
}
