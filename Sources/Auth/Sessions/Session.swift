package import Policy

/// What is known of one session; its secret is kept as a hash, beside it.
///
/// Times are nanoseconds since the Unix epoch.
public struct Session: Sendable, Equatable, Encodable {
    /// Names it in lists and records; says nothing of the secret.
    public let id: String
    /// Whose it is, as that one was known when it began.
    public let holder: CredentialHolder
    /// Roles that the proof itself gave; a token's count as long as its issuer may give them.
    let roles: [String]
    /// What it was opened with.
    public let proof: SessionProof
    /// The sequence of the record that it was made by.
    let createdSequence: UInt64
    /// When it was made.
    public let createdNanoseconds: Int64
    /// When it ends, however much it is used.
    public let endsNanoseconds: Int64
}

/// What a session was opened with: as much as is needed to end it with its proof, and to say how strong that was.
public struct SessionProof: Sendable, Equatable, Encodable {
    /// The sorts of proofs.
    public enum Method: String, Sendable, Encodable {
        /// A token of a configured issuer.
        case token
        /// An operator's certificate.
        case certificate
        /// The one-time token of the first start.
        case bootstrap
        /// The word of a provider that vouches for people, by its sort.
        case ldap, oidc, saml
    }

    /// The sort.
    public let method: Method
    /// The name of the issuer or provider in the configuration; nil where there is none.
    public var provider: String?
    /// What that really is, such as the issuer's own name, so that another one that gets the same name later does not inherit the sessions.
    var issuer: String?
    /// The token's own name.
    var tokenID: String?
    /// When the token was issued.
    var issuedSeconds: Int64?
    /// The certificate's serial number.
    public var serial: String?
    /// The key identifiers of the certificate's authorities.
    var authorities: [String]?
    /// SHA-256 of the client certificate that the token was bound to (RFC 8705 section 3.1), and the session with it.
    var boundTo: [UInt8]?
    /// What a provider knows the person by.
    var subject: String?
    /// What a provider knows this sign-on by.
    var providerSession: String?
}

/// Somebody who has just proven who they are, with what.
public struct SignedOn: Sendable {
    /// Who.
    package let principal: Principal
    /// With what.
    let proof: SessionProof
    /// When the proof ends that a session must not outlive; nil where it may.
    let endsNanoseconds: Int64?
}

/// A session that is to be made.
public struct SessionPlan: Sendable, Equatable {
    /// Its public id.
    public let id: String

    /// Plans a session of a new id.
    public init() { id = String(decoding: APIKeyText.random(Self.idCount), as: UTF8.self) }

    private static let idCount = 12

    /// Whether a text may be a session's public id.
    public static func isID(_ text: String) -> Bool {
        text.utf8.count == idCount && text.utf8.allSatisfy(APIKeyText.isDigit)
    }
}

/// A session whose secret has just been made; the text is nowhere else.
public struct MintedSession: Sendable {
    /// What is known of it.
    public let session: Session
    /// How long it lives without use, in seconds.
    public let idleSeconds: Int
    /// What is presented for it.
    public let secret: SecretText
    /// The holder's oldest sessions, which made room for it.
    public let ended: [String]
    /// What its outcome record says of whose it is, where its intent could not know; sealed.
    package var recorded: [UInt8]?
}

/// Why no session was made although policy allows it.
public enum SessionRefusal: Error, Equatable, Sendable {
    /// What was brought proves nobody who could have a session; says what would.
    case noProof
    /// The proof is no good; why is for the record.
    case badProof(AuthRefusal)
    /// There are as many sessions as there may be.
    case full

    /// One line for people.
    public var reason: String {
        switch self {
        case .noProof:
            "a session is for a person: it is opened with a token of a configured issuer or an operator's"
                + " certificate, not with a key, another session or a service's identity"
        case .badProof(let refusal): refusal.answer
        case .full: "there are as many sessions as there may be; try again later"
        }
    }
}

extension SessionRefusal: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}
