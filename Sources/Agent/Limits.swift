/// Every bound that an agent puts on workloads and on the gateway.
public enum AgentLimits {
    /// The most RPCs of one user at once.
    public static let streamsPerUserMax = 2000
    /// The most RPCs at once.
    public static let streamsMax = 10_000
    /// The most connections at once.
    public static let connectionsMax = 4096
    /// The most RPCs at once on one connection.
    public static let streamsPerConnectionMax = 2048
    /// The largest message from a workload: a JWT-SVID to validate, an Envoy's list of names.
    public static let messageBytesMax = 64 << 10
    /// The longest path of a socket: what a Unix address holds, less the name of its draft.
    public static let socketPathBytesMax = 96
    /// The most audiences in one request for a JWT-SVID.
    public static let audiencesMax = 16
    /// The longest audience.
    public static let audienceBytesMax = 512
    /// The most names in one request for secrets.
    public static let secretNamesMax = 64
    /// The largest answer of the gateway.
    public static let gatewayAnswerBytesMax = 16 << 20
    /// The most identities that are asked for at once.
    public static let issuancesMax = 8
    /// How long the gateway is asked to wait for a change, in seconds.
    public static let waitSeconds = 30
    /// The most refusals that wait to be told to the gateway.
    public static let eventsMax = 1000
    /// The most JWT-SVIDs that are kept for asking again.
    public static let tokensMax = 4096
    /// The most digests of binaries that are kept.
    public static let digestsMax = 1024
    /// The largest binary whose digest is taken.
    public static let binaryBytesMax = 2 << 30
    /// The largest file of the proc file system that is read.
    static let procFileBytesMax = 64 << 10
}
