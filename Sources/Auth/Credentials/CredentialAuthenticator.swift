public import PKI
public import Policy

/// One method of the chain: API keys, tokens of an issuer, sessions.
public protocol CredentialAuthenticator: Sendable {
    /// Whether the credential has this method's form; only the first method that says so judges it.
    func recognises(_ credential: RawCredential) -> Bool

    /// Judges the credential. Called on an event loop: whatever waits goes into `.later`.
    func authenticate(
        _ credential: RawCredential, _ circumstances: CredentialCircumstances
    ) -> CredentialAnswer
}

/// What a credential is judged by besides its bytes; all of it holds as long as the connection.
public struct CredentialCircumstances: Sendable {
    /// Nanoseconds since the Unix epoch.
    public var nowNanoseconds: Int64
    /// The client's address, from the socket.
    public var sourceIP: IPAddress?
    /// The client certificate of the connection, if there is one.
    public var peer: VerifiedPeer?

    /// Makes the circumstances of one request.
    public init(nowNanoseconds: Int64, sourceIP: IPAddress?, peer: VerifiedPeer?) {
        self.nowNanoseconds = nowNanoseconds
        self.sourceIP = sourceIP
        self.peer = peer
    }
}

/// What a method says of a credential.
public enum CredentialAnswer: Sendable {
    /// It is good.
    case verified(VerifiedCredential)
    /// It is not; the client hears nothing but that.
    case refused(CredentialRefusal)
    /// It takes a while; runs in the slow lane and never answers `.later` again.
    case later(@Sendable () async -> CredentialAnswer)
    /// What it has to be checked against can't be reached; the reason is for the record.
    case unavailable(String)
}

/// Why a credential is refused: for the record and metrics, never for the client.
public struct CredentialRefusal: Error, Equatable, Sendable {
    /// A stable word.
    public let code: String
    /// One line for the auditor, without the credential.
    public let reason: String

    /// Makes a refusal.
    public init(code: String, reason: String) {
        self.code = code
        self.reason = reason
    }
}
