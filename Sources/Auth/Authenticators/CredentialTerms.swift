public import PKI
public import Policy

/// What a good credential hangs on besides: the connection that it comes by, and how often it is used.
public protocol CredentialTerms: AnyObject, Sendable {
    /// What it is called among what is live, in whatever way it was shown; nil where its own digest will do.
    var liveName: String? { get }
    /// Those of the certificate that it came from; none where it came from something else.
    var certificateTraits: [CertificateTrait] { get }
    /// Why it is no good there; asked once a connection, and again when it was judged anew.
    func refusal(at place: CredentialPlace) -> AuthRefusal?
    /// Counts one request; nil where there is nothing to say of it: no quota of its own, no near end. Called on event loops: it does not wait.
    func take(nowNanoseconds: Int64) -> QuotaReading?
}

extension CredentialTerms {
    /// None.
    public var liveName: String? { nil }
    /// None.
    public var certificateTraits: [CertificateTrait] { [] }
}

/// What is known of the connection that a credential comes by.
public struct CredentialPlace: Sendable {
    /// The client's address, from the socket.
    public let address: IPAddress?
    /// The connection's client certificate.
    public let peer: VerifiedPeer?

    /// Whom the certificate names.
    var peerID: SPIFFEID? { peer?.spiffeID }

    /// Makes a place.
    public init(address: IPAddress?, peer: VerifiedPeer?) {
        self.address = address
        self.peer = peer
    }
}

/// What a credential says of one request: of its own quota, and of its near end (draft-ietf-httpapi-ratelimit-headers-10).
public struct QuotaReading: Sendable, Equatable {
    /// Seconds until another request is taken; nil if this one is.
    public let waitSeconds: Int?
    /// The field `RateLimit-Policy`; empty where there is no quota.
    public let policyField: String
    /// The field `RateLimit`.
    public let stateField: String
    /// When the credential ends, RFC 3339, where that is soon.
    public let endField: String?

    /// Makes a reading.
    public init(
        waitSeconds: Int?, policyField: String, stateField: String, endField: String? = nil
    ) {
        self.endField = endField
        self.waitSeconds = waitSeconds
        self.policyField = policyField
        self.stateField = stateField
    }
}
