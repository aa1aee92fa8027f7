public import PKI
public import Policy

/// What a request brings to say who sends it; nothing about it is known but a certificate's verification.
public enum Credential: Sendable {
    /// The peer certificate of the connection.
    case certificate(VerifiedPeer)
    /// `Authorization: Bearer`.
    case bearer(RawToken)
    /// `X-API-Key`.
    case apiKey(RawToken)
    /// The session cookie.
    case session(RawToken)

    /// The kind, in words for people.
    public var kind: String {
        switch self {
        case .certificate: "client certificate"
        case .bearer: "bearer token"
        case .apiKey: "API key"
        case .session: "session cookie"
        }
    }
}

/// A secret as it came; it never shows itself in a text.
public struct RawToken: Sendable, Equatable, CustomStringConvertible {
    /// The token's bytes.
    public let bytes: [UInt8]

    /// Takes a token.
    public init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Nothing of the token.
    public var description: String { "<token>" }
}

/// What an authenticator says of a credential.
public enum Authentication: Sendable {
    /// It is this principal's, until the time given in nanoseconds since the Unix epoch, on connections that meet the conditions
    /// and as often as the terms say; the evidence names it.
    case principal(
        Principal, validUntilNanoseconds: Int64, conditions: CredentialConditions = .none,
        terms: (any CredentialTerms)? = nil, evidence: CredentialEvidence? = nil)
    /// It is no good; no other credential of the request may take its place.
    case refused(AuthRefusal)
    /// It is of a kind that this authenticator does not judge.
    case notMine
}

/// Judges credentials of one kind, at once and from what is in memory.
///
/// The answer depends on the credential alone: it is kept for all requests that bring it, whatever connection they come by,
/// until `validUntilNanoseconds` and until `generation` changes. What hangs on the connection is a condition of the answer.
public protocol Authenticator: Sendable {
    /// Changes whenever a credential may have lost its worth: a key revoked, a session ended.
    var generation: UInt64 { get }

    /// Who the credential is.
    func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication
}

extension CertificateAuthenticator: Authenticator {
    /// A connection ends with its certificate; nothing else changes.
    public var generation: UInt64 { 0 }

    /// Judges certificates.
    public func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
        guard case .certificate(let peer) = credential else { return .notMine }
        switch authenticate(peer) {
        case .success(let principal):
            return .principal(
                principal, validUntilNanoseconds: peer.notAfterNanoseconds,
                evidence: CredentialEvidence(
                    .certificate, id: peer.serial, strength: .certificate))
        case .failure(let refusal):
            return .refused(refusal)
        }
    }
}
