/// A credential as a request presents it: untrusted bytes that are a secret all the same.
///
/// Nothing prints it: its description and its mirror show only what carries it.
public struct RawCredential: Sendable, CustomStringConvertible, CustomReflectable {
    /// Where in the request it stands.
    public enum Carrier: String, Sendable {
        /// `Authorization: Bearer ...` (RFC 6750 section 2.1).
        case bearer
        /// `X-API-Key: ...`.
        case apiKeyHeader = "x-api-key"
        /// The session cookie.
        case sessionCookie = "cookie"
    }

    /// Where in the request it stands.
    public let carrier: Carrier
    /// The bytes themselves.
    public let bytes: [UInt8]

    /// Takes the bytes of a request.
    public init(carrier: Carrier, bytes: [UInt8]) {
        self.carrier = carrier
        self.bytes = bytes
    }

    /// What carries it, never the bytes.
    public var description: String { "\(carrier.rawValue) credential" }

    /// An empty mirror: no dump shows the bytes.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
