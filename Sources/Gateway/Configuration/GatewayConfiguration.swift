public import Audit
public import Auth
internal import Registry

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
    /// Where to listen.
    public var listen = Listen()
    /// How people are served.
    public var people = People()
    /// Addresses and networks of the proxies whose word about their clients is believed, as `10.0.0.0/8`.
    public var trustedProxies: [String] = []
    /// How the journal is kept.
    public var audit = Audit()
    /// How identities are issued.
    public var identity = Identity()
    /// How the authorities' keys are kept.
    public var custody = Custody()
    /// When the end of very many leases is held.
    public var leases = Leases()
    /// What a client may use at most.
    public var limits = Limits()
    /// Whose tokens are taken.
    public var tokenIssuers: [TokenIssuer] = []
    /// Which directories vouch for people.
    public var directories: [DirectorySettings] = []
    /// Whom people sign on with by OpenID Connect or OAuth 2.0.
    public var openIDProviders: [OpenIDSettings] = []
    /// Whom people sign on with by SAML.
    public var samlProviders: [SAMLSettings] = []
    /// How our own tokens are made.
    public var tokens = Tokens()
    /// How long sessions live, and how many there may be.
    public var sessions = SessionBounds()
    /// How the first person gets in.
    public var bootstrap = FirstPerson()
    /// The least level that is logged to stderr: trace, debug, info, notice, warning, error.
    public var logLevel = "info"

    /// Makes the defaults.
    public init() {}

    /// The addresses of the listeners; port 0 takes a free one.
    public struct Listen: Equatable, Sendable {
        /// mTLS, all APIs but sign-on.
        public var service = ListenAddress(host: "127.0.0.1", port: 8443)
        /// HTTPS without a client certificate: the APIs by API key, token or session; nil serves nobody there.
        public var people: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 8444)
        /// What is public by nature, as the trust bundle, for anybody; nil serves nobody there.
        public var federation: ListenAddress? = ListenAddress(host: "127.0.0.1", port: 8445)
        /// Lists of revoked certificates for anybody, in the clear; nil, the default, tells nobody.
        public var revocation: ListenAddress?
        /// Prometheus text, `/healthz`, `/readyz`: plain HTTP, loopback.
        public var metrics = ListenAddress(host: "127.0.0.1", port: 9464)

        /// Makes the defaults.
        public init() {}
    }

    /// The certificate of the people listener where it is not of our own authority.
    public struct People: Equatable, Sendable {
        /// A PEM file of the certificate and those above it; nil has our authority issue one.
        public var certificatePath: String?
        /// The PEM file of its key.
        public var keyPath: String?
        /// Where browsers reach the listener, without a slash at its end; needed where providers send them back.
        public var address: String?

        /// Makes the defaults.
        public init() {}
    }

    /// The one-time token that lets the first person in.
    public struct FirstPerson: Equatable, Sendable {
        /// How long it is good, in seconds.
        public var seconds = AuthLimits.bootstrapSecondsDefault
        /// The SHA-256 of one that was made elsewhere; nil has the first start make one.
        public var tokenSHA256: [UInt8]?

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
        /// How many bytes of the disk must be free for records to be taken; 0 watches nothing.
        public var freeBytesMin = 2 << 20
        /// How often the log says that it goes on, in seconds.
        public var heartbeatSeconds = 60
        /// Whether the log's tiles hold the records, too, for whoever checks all of it by other programs.
        public var publishesEntries = false
        /// How long the log's last key signs beside the next one, in seconds.
        public var keyOverlapSeconds = 7 * 86_400
        /// The file that says who are witnesses of the log (C2SP tlog-policy); nil asks nobody.
        public var witnessPolicyPath: String?
        /// The authorities that the witnesses' servers are checked against; nil is the system's.
        public var witnessAuthoritiesPath: String?
        /// How often witnesses are asked while nobody wants to know, in seconds.
        public var witnessSeconds = 10
        /// How long ago a person must have been recorded last to be erased, in seconds.
        public var eraseAfterSeconds = 0
        /// How much of the log is read again each second, in bytes.
        public var readBytesPerSecond = 8 << 20
        /// Whether segments are packed once they are full and sealed.
        public var packsSegments = true
        /// How long records are kept.
        public var retention = RetentionRule()

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
        /// The life of an intermediate, in seconds; the next one takes over at half of it.
        public var intermediateSeconds = 365 * 86_400
        /// The life of a root, in seconds.
        public var rootSeconds = 3650 * 86_400
        /// The longest that an API key may live, in seconds.
        public var apiKeySecondsMax = AuthLimits.keySecondsMax
        /// Where others reach the listener of revocations, without a slash at its end; nil says nothing in certificates.
        public var revocationURL: String?
        /// DNS names in the gateway's own certificate, besides `localhost`.
        public var dnsNames: [String] = []
        /// IP addresses in the gateway's own certificate, besides loopback and its listeners'.
        public var ipAddresses: [String] = []

        /// Makes the defaults.
        public init() {}
    }

    /// Our own tokens, and the keys that sign them.
    public struct Tokens: Equatable, Sendable {
        /// Their `iss`; nil is the federation listener's address.
        public var issuer: String?
        /// The audiences that may be asked for besides the issuer itself.
        public var audiences: [String] = []
        /// How long a token is good at most, in seconds.
        public var lifeSeconds = 900
        /// How long a key signs, in seconds.
        public var keySeconds = 7 * 86_400

        /// Makes the defaults.
        public init() {}
    }

    /// When the end of very many leases is held, see decision record 20.
    public struct Leases: Equatable, Sendable {
        /// More than so many of a hundred instances that would end at once are held; 100 holds none.
        public var heldPercent = 30
        /// A catalogue of fewer instances is never held.
        public var heldFrom = 20
        /// The longest that they are held, in seconds.
        public var heldSeconds = 300

        /// Makes the defaults.
        public init() {}
    }

    /// Limits a deployment may want to move; all others are fixed and named in code.
    public struct Limits: Equatable, Sendable {
        /// The most connections at once.
        public var connectionsMax = 20_000
        /// The most connections of one principal at once.
        public var connectionsPerPrincipal = 5_000
        /// The longest the gateway waits for open requests when it stops, in seconds.
        public var drainSeconds = 10
        /// What one principal may ask, requests a second.
        public var principalRate = 200_000
        /// What one principal may ask at once after a pause.
        public var principalBurst = 200_000
        /// How many heartbeats and deregistrations a principal may send besides, a second.
        public var leaseRate = 2_000
        /// What those of one source may ask who are nobody, requests a second.
        public var sourceRate = 10
        /// What those of one source may ask who are nobody, at once after a pause.
        public var sourceBurst = 200
        /// What all those together may ask who are nobody, requests a second.
        public var strangersRate = 100
        /// How many registrations one principal may have.
        public var registrationsPerPrincipal = RegistryLimits.registrationsPerPrincipalDefault
        /// How many registrations there may be in one namespace.
        public var registrationsPerNamespace = RegistryLimits.registrationsPerNamespaceDefault

        /// Makes the defaults.
        public init() {}
    }
}

extension GatewayConfiguration {
    /// The registry's quotas.
    var quotas: RegistrationQuotas {
        RegistrationQuotas(
            perPrincipal: limits.registrationsPerPrincipal,
            perNamespace: limits.registrationsPerNamespace)
    }

    /// The journal's folder.
    public var auditDirectory: String { audit.directory ?? dataDirectory + "/audit" }
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
