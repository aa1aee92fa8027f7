/// Why a verified credential does not make a principal.
public enum AuthRefusal: Error, Equatable, Sendable {
    /// The peer's trust domain is verified, but nobody of it may enter.
    case foreignTrustDomain(String)
    /// The listener takes no credentials of this kind.
    case notAccepted(String)
    /// The token is unknown, revoked, expired or forged; which of these is not said.
    case invalidToken
    /// The credential proves nothing: a stable word and a sentence, both for the record only.
    case unproven(String, String)
    /// The connection's certificate has expired since it was verified.
    case certificateExpired
    /// The connection's certificate is being revoked.
    case certificateRevoked
    /// Too many bad ones came from the same place just now, so this one was not looked at.
    case notJudged
    /// More than one credential besides the certificate.
    case several
    /// The lock of that id is on whoever sent it.
    case locked(by: String, isCertificate: Bool)
    /// Records can't name whose it is: the key that hides a person there can't be kept.
    case unrecordable

    /// The token of a configured issuer is no good; why is for the record only.
    static func token(_ refusal: TokenRefusal) -> AuthRefusal {
        .unproven(refusal.code, refusal.reason)
    }

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .foreignTrustDomain: "foreign_trust_domain"
        case .notAccepted: "credential_not_accepted"
        case .invalidToken: "invalid_token"
        case .unproven(let code, _): code
        case .certificateExpired: "certificate_expired"
        case .certificateRevoked: "certificate_revoked"
        case .notJudged: "credential_not_judged"
        case .several: "several_credentials"
        case .locked: "locked"
        case .unrecordable: "unrecordable"
        }
    }

    /// One line for whoever brought it, the same for all secrets that are no good.
    public var answer: String {
        switch self {
        case .unproven, .locked(_, isCertificate: false): AuthRefusal.invalidToken.reason
        case .locked(_, isCertificate: true): "whom the certificate names is locked"
        case .foreignTrustDomain, .notAccepted, .invalidToken, .certificateExpired,
            .certificateRevoked, .several, .unrecordable, .notJudged:
            reason
        }
    }

    /// One line for the record.
    public var reason: String {
        switch self {
        case .foreignTrustDomain(let domain):
            "principals of the trust domain \"\(domain)\" are not admitted"
        case .notAccepted(let kind): "no \(kind) is taken here"
        case .invalidToken: "the token is not valid"
        case .unproven(let code, let reason): "\(code): \(reason)"
        case .certificateExpired: "the certificate has expired; connect anew with a fresh one"
        case .certificateRevoked: "the certificate is being revoked"
        case .notJudged: "too many bad credentials came from the same address; try again later"
        case .several: "a request may carry one credential, not several"
        case .locked(let id, _): "locked: the lock \(id) is on whoever sent it"
        case .unrecordable: "no record could say who asks"
        }
    }
}

extension AuthRefusal: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}

/// What Auth can't do for reasons of its own.
public enum AuthError: Error, Equatable, Sendable {
    /// The store of credentials could not be opened, read or written.
    case store(String)
    /// Permit and receipt are not for what is to be done.
    case unproven(String)

    /// A stable word for records and metrics.
    public var code: String {
        switch self {
        case .store: "auth.store"
        case .unproven: "auth.unproven"
        }
    }
}

extension AuthError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .store(let message): "credential store: \(message)"
        case .unproven(let message): message
        }
    }
}
