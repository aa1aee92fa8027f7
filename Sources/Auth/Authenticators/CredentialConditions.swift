public import PKI

/// What a connection must show for a credential to be good on it.
///
/// An authenticator says it once a credential; whoever has the connection holds it against each one that the credential comes by.
public struct CredentialConditions: Sendable, Equatable {
    /// SHA-256 of the client certificate's DER that the credential is bound to (RFC 8705 section 3.1); nil for none.
    public var certificateSHA256: [UInt8]?

    /// Good on every connection.
    public static let none = CredentialConditions()

    /// Makes conditions; none unless they are named.
    public init(certificateSHA256: [UInt8]? = nil) {
        self.certificateSHA256 = certificateSHA256
    }

    /// Why a credential is no good on a connection that was opened with a peer's certificate, or none; nil if it is.
    public func refusal(of peer: VerifiedPeer?) -> AuthRefusal? {
        guard let certificateSHA256 else { return nil }
        return peer?.certificateSHA256 == certificateSHA256 ? nil : .token(.binding)
    }
}
