/// What is answered without a record in the audit log.
///
/// Few paths, on listeners of their own, that tell nothing of services and change nothing. Each row of a route table has a record,
/// since there is no way past the pipeline that writes it.
public enum AuditCoverage {
    /// A path without a record.
    public struct Unaudited: Sendable, Equatable {
        /// The listener's name in the configuration.
        public let listener: String
        /// The method and the path, with what varies in braces.
        public let path: String
        /// Why it needs none.
        public let reason: String
    }

    /// All there are.
    public static let unaudited: [Unaudited] =
        HealthPath.allCases.map { path in
            Unaudited(
                listener: "metrics", path: "GET \(path.rawValue)", reason: path.whyUnaudited)
        } + [
            Unaudited(
                listener: "revocation", path: "GET /crl/{authority}.crl",
                reason: "the same list for everybody, public by nature (RFC 5280)"),
            Unaudited(
                listener: "revocation", path: "GET /ocsp/{request}",
                reason: "public by nature (RFC 6960)"),
            Unaudited(
                listener: "revocation", path: "POST /ocsp", reason: "public by nature (RFC 6960)"),
        ]

    /// What has records, but not always one of its own, as people are told it.
    public static let counted =
        "refused handshakes, bytes that are no TLS and requests over a rate: one by one up to a quota, then counted exactly"
}

/// The pages of the metrics listener.
enum HealthPath: String, CaseIterable {
    case metrics = "/metrics"
    case alive = "/healthz"
    case readiness = "/readyz"

    fileprivate var whyUnaudited: String {
        switch self {
        case .metrics: "figures, without names of services or people"
        case .alive: "says that the process lives"
        case .readiness: "says what keeps the gateway from working"
        }
    }
}
