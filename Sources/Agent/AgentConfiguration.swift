internal import Policy

/// Everything that an agent is started with, validated.
public struct AgentConfiguration: Equatable, Sendable {
    /// The agent's name: the last segment of its SPIFFE ID.
    public var name: String
    /// The trust domain.
    public var trustDomain: String
    /// The gateway's service listener, as `https://127.0.0.1:8443`.
    public var gateway: String
    /// The gateway's people listener, where an agent without an identity joins; nil: it can't.
    public var joinAddress: String?
    /// The folder of the agent's key, certificate and bundle.
    public var dataDirectory: String
    /// The Workload API's socket.
    public var socketPath: String
    /// The permissions of the socket.
    public var socketMode: UInt32 = 0o666
    /// The trust bundle that the gateway's certificate is first checked against, a PEM file.
    public var bundlePath: String
    /// The credential for the first identity.
    public var credential: JoinCredential?

    /// Makes a configuration.
    ///
    /// - Throws: `AgentError.misconfigured`.
    public init(
        name: String, trustDomain: String, gateway: String, joinAddress: String? = nil,
        dataDirectory: String, socketPath: String, bundlePath: String,
        credential: JoinCredential? = nil
    ) throws(AgentError) {
        guard SPIFFEID.isTrustDomain(trustDomain) else {
            throw .misconfigured("'\(trustDomain)' is not a trust domain")
        }
        for address in [gateway, joinAddress].compactMap({ $0 }) {
            guard address.hasPrefix("https://") else {
                throw .misconfigured("'\(address)' is not an address such as https://host:8443")
            }
        }
        guard socketPath.hasPrefix("/"), socketPath.utf8.count <= AgentLimits.socketPathBytesMax
        else {
            throw .misconfigured(
                "the socket's path must be absolute and at most \(AgentLimits.socketPathBytesMax)"
                    + " bytes: '\(socketPath)'")
        }
        self.name = name
        self.trustDomain = trustDomain
        self.gateway = gateway
        self.joinAddress = joinAddress
        self.dataDirectory = dataDirectory
        self.socketPath = socketPath
        self.bundlePath = bundlePath
        self.credential = credential
    }
}

/// What an agent without an identity shows the gateway.
public enum JoinCredential: Equatable, Sendable {
    /// A join token, used once.
    case joinToken(String)
    /// An API key or a token of an issuer that the gateway knows.
    case bearer(String)
    /// A file that holds such a token and is written anew from time to time, as Kubernetes does.
    case bearerFile(String)
}
