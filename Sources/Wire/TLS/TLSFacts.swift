/// What a finished handshake settled.
public struct TLSFacts: Sendable {
    /// A protocol version.
    public enum Version: String, Sendable { case tls12 = "1.2", tls13 = "1.3", other }

    /// The protocol version.
    public var version: Version
    /// The application protocol chosen by ALPN; nil if the peer offered none.
    public var applicationProtocol: String?
    /// True if an earlier session was taken up again; known only where client certificates are required.
    public var isResumed: Bool
    /// What the peer gate gave with its acceptance; nil where no certificate is asked for.
    public var peer: (any Sendable)?
}
