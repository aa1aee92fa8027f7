public import Policy

/// Says which identity a process gets that has all of some facts, on the machine of one agent.
public struct RegistrationEntry: Hashable, Sendable {
    /// The entry's number, 32 hexadecimal digits.
    public let id: String
    /// The identity.
    public let spiffeID: SPIFFEID
    /// The agent that hands the identity out, by the name in its own SPIFFE ID.
    public let agent: String
    /// What a process must have, all of it; sorted, each once.
    public let selectors: [WorkloadSelector]
    /// What tells the workload which of several identities this is; empty means nothing.
    public let hint: String
    /// The life of X509-SVIDs in seconds; nil is the gateway's default.
    public let x509TTLSeconds: Int?
    /// The life of JWT-SVIDs in seconds; nil is the gateway's default.
    public let jwtTTLSeconds: Int?
    /// The other trust domains whose bundles the workload gets.
    public let federatesWith: [String]
    /// When it was made, nanoseconds since the Unix epoch.
    public let createdNanoseconds: Int64

    /// Whether a process with these facts gets the identity.
    public func admits(_ facts: Set<WorkloadSelector>) -> Bool {
        selectors.allSatisfy(facts.contains)
    }
}

/// A registration entry as it is asked for, before it is checked and numbered.
public struct EntryDraft: Hashable, Sendable {
    /// The identity, as text.
    public var spiffeID: String
    /// The agent's name.
    public var agent: String
    /// The selectors, as texts.
    public var selectors: [String]
    /// The hint.
    public var hint = ""
    /// The life of X509-SVIDs in seconds.
    public var x509TTLSeconds: Int?
    /// The life of JWT-SVIDs in seconds.
    public var jwtTTLSeconds: Int?
    /// The other trust domains whose bundles the workload gets.
    public var federatesWith: [String] = []

    /// Makes a draft; what else it asks for is set afterwards.
    public init(spiffeID: String, agent: String, selectors: [String]) {
        self.spiffeID = spiffeID
        self.agent = agent
        self.selectors = selectors
    }
}
