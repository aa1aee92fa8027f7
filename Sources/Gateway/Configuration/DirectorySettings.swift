public import LDAP
public import PKI

/// A directory that vouches for people: an entry of `auth.ldap`.
public struct DirectorySettings: Equatable, Sendable {
    /// A server of the directory.
    public struct Server: Equatable, Sendable, CustomStringConvertible {
        /// A name or an IP address; the certificate must be for it.
        public var host: String
        /// The port.
        public var port: Int
        /// Whether TLS begins on the request for it (`ldap://`), not with the connection (`ldaps://`); there is always TLS.
        public var asksForTLS: Bool

        /// As it is configured.
        public var description: String {
            let shown = host.contains(":") ? "[\(host)]" : host
            return "\(asksForTLS ? "ldap" : "ldaps")://\(shown):\(port)"
        }
    }

    /// The name that its people's names begin with here.
    public var name = ""
    /// Its servers, the first one asked first.
    public var servers: [Server] = []
    /// A PEM file of the authorities of its servers' certificates; nil for those that the system trusts.
    public var authorities: String?
    /// How people and groups are found.
    public var plan = DirectoryPlan(base: "")
    /// The service account's password.
    public var password: SecretSource?
    /// PEM files of the certificate and key that the gateway shows to the directory.
    public var certificate: String?
    /// The PEM file of the key of that certificate.
    public var key: String?
    /// How long one server has for one question, in milliseconds.
    public var milliseconds: Int64 = 2000
    /// How old the directory's word about somebody with a session may get, in seconds.
    public var refreshSeconds: Int64 = 300

    /// Makes one with the defaults.
    public init() {}

    /// What it really is: another directory of the same name is another authority.
    public var authority: String {
        "ldap " + servers.map(\.description).sorted().joined(separator: " ") + " \(plan.base)"
    }
}
