public import Auth

/// Everything a gateway is started with, validated: the configuration file with its defaults.
///
/// One `ConfigurationKey` for each property says its name, form and meaning;
/// `ConfigurationKey.all` is the reference that `docs/operations.md` prints.
public struct GatewayConfiguration: Equatable, Sendable {
    /// The SPIFFE trust domain that this gateway issues identities for.
    public var trustDomain = "maxine.local"
    /// The datacentre that stands in the SPIFFE path of services.
    public var datacenter = "dc1"
    /// The folder of keys, journal and catalogue.
    public var dataDirectory = "./data"
    /// The folder that gets the operator's certificate and the trust bundle.
    public var certsDirectory = "./certs"
    /// A policy file or a folder of `*.yaml`; nil is the shipped default policy.
    public var policyPath: String?
    /// What stands before a change of the policy.
    public var policyGates = PolicyGates()
    /// Where to listen.
    public var listen = Listen()
    /// How the journal is kept.
    public var audit = Audit()
    /// How identities are issued.
    public var identity = Identity()
    /// The foreign trust domains whose SVIDs are accepted.
    public var federation: [FederationSetting] = []
    /// The issuers whose tokens are taken: `auth.jwt`.
    public var tokenIssuers: [TokenIssuer] = []
    /// What a client may use at most.
    public var limits = Limits()
    /// The least level that is logged to stderr: trace, debug, info, notice, warning, error.
    public var logLevel = "info"

    /// Makes the defaults.
    public init() {}

    /// The addresses of the listeners; port 0 takes a free one.
    public struct Listen: Equatable, Sendable {
        /// mTLS, all APIs but sign-on.
        public var service = ListenAddress(host: "127.0.0.1", port: 8443)
        /// HTTPS without client certificates: sign-on, and the APIs with a key, token or session.
        public var people = ListenAddress(host: "127.0.0.1", port: 8444)
        /// HTTPS without client certificates: what other trust domains fetch.
        public var federation = ListenAddress(host: "127.0.0.1", port: 8445)
        /// Prometheus text, `/healthz`, `/readyz`: plain HTTP, loopback.
        public var metrics = ListenAddress(host: "127.0.0.1", port: 9464)

        /// Makes the defaults.
        public init() {}
    }

    /// The journal's folder and sizes.
    public struct Audit: Equatable, Sendable {
        /// The journal's folder; nil is `audit` in the data folder.
        public var directory: String?
        /// How large a segment gets before the next is begun, in bytes.
        public var segmentBytes = 64 << 20
        /// How far a segment is filled ahead, in bytes.
        public var fillBytes = 4 << 20
        /// The log's name in checkpoints; nil is `<trust domain>/<datacenter>/audit`.
        public var origin: String?
        /// The least time between two signed checkpoints, in seconds.
        public var checkpointSeconds = 1
        /// A file on another disk that gets each checkpoint.
        public var anchorFile: String?
        /// A folder that gets the log as static tiles.
        public var publishDirectory: String?
        /// Whether an index of the journal is kept for queries: on or off.
        public var index = "on"
        /// A file of live exporters.
        public var exportersFile: String?
        /// A file of alert rules.
        public var alertsFile: String?
        /// The kinds of principals that are people: records name them by pseudonym only.
        public var personalKinds = ["user"]
        /// The file of the key that wraps the keys of people; nil is in the journal's folder.
        public var subjectKeyFile: String?
        /// Whether sealed segments are compressed.
        public var compresses = true
        /// How long records are kept, in seconds; 0 keeps them for ever.
        public var retentionSeconds = 0
        /// How often all sealed segments are proved again, in seconds; 0 never.
        public var selfAuditSeconds = 86_400
        /// The most bytes a second that are read for it.
        public var selfAuditBytesPerSecond = 16 << 20
        /// How often the custodian looks at the sealed segments, in seconds.
        public var custodySeconds = 60
        /// Below so many free bytes readiness says so; 0: a share of the disk.
        public var freeLowBytes = 0
        /// Below so many free bytes everything is refused; 0: a share of the disk.
        public var freeCriticalBytes = 0

        /// Makes the defaults.
        public init() {}
    }

    /// Lifetimes and names of what this gateway issues.
    public struct Identity: Equatable, Sendable {
        /// The lifetime of an SVID where the request names none, in seconds.
        public var svidTTLSeconds = 3600
        /// The longest lifetime a request may name, in seconds.
        public var svidTTLSecondsMax = 86_400
        /// The lifetime of the gateway's own certificate, in seconds; renewed at half of it.
        public var serverTTLSeconds = 86_400
        /// The life of an issuing authority, in seconds; replaced at five sixths of it.
        public var authorityTTLSeconds = 365 * 86_400
        /// The life of a root, in seconds.
        public var rootTTLSeconds = 10 * 365 * 86_400
        /// The longest lifetime of a JWT-SVID, in seconds.
        public var tokenTTLSecondsMax = 3600
        /// The life of a key that signs JWT-SVIDs, in seconds.
        public var tokenKeyTTLSeconds = 30 * 86_400
        /// The issuer that JWT-SVIDs name, an https URL; nil takes `https://<trust domain>`.
        public var tokenIssuer: String?
        /// How often readers should ask for the bundle again, in seconds.
        public var bundleRefreshSeconds = 300
        /// A file with the secret that private keys are sealed with; nil leaves them to the file's mode.
        public var keySealFile: String?
        /// The address of an OpenBao server whose transit engine keeps all private keys; nil keeps them in the folder.
        public var openBaoAddress: String?
        /// A file with OpenBao's token.
        public var openBaoTokenFile: String?
        /// Where the transit engine is mounted.
        public var openBaoMount = "transit"
        /// DNS names in the gateway's own certificate, besides `localhost`.
        public var dnsNames: [String] = []
        /// IP addresses in the gateway's own certificate, besides loopback and its listeners'.
        public var ipAddresses: [String] = []

        /// Makes the defaults.
        public init() {}
    }

    /// Limits a deployment may want to move; all others are fixed and named in code.
    public struct Limits: Equatable, Sendable {
        /// The most connections at once.
        public var connectionsMax = 20_000
        /// The longest the gateway waits for open requests when it stops, in seconds.
        public var drainSeconds = 10

        /// Makes the defaults.
        public init() {}
    }
}

extension GatewayConfiguration {
    /// The journal's folder.
    public var auditDirectory: String { audit.directory ?? dataDirectory + "/audit" }

    /// The log's name in checkpoints.
    public var auditOrigin: String { audit.origin ?? "\(trustDomain)/\(datacenter)/audit" }
}

/// An IP literal and a port.
public struct ListenAddress: Equatable, Sendable, CustomStringConvertible {
    /// An IPv4 or IPv6 literal, without brackets.
    public var host: String
    /// The TCP port, 0 for any free one.
    public var port: Int

    /// Makes an address.
    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, IPv6 in brackets.
    public var description: String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
