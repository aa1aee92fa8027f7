/// Why a provider's word lets nobody in: for records, never for whoever came with it.
public enum OpenIDRefusal: Error, Equatable, Sendable {
    /// The ID token is no good, or its claims name nobody.
    case token(TokenRefusal)
    /// The ID token is for another sign-on.
    case nonce
    /// The ID token is of another access token (`at_hash`).
    case accessTokenHash
    /// The ID token is of another code (`c_hash`).
    case codeHash
    /// The person proved too long ago who they are, or the token does not say when (`auth_time`).
    case authenticationAge
    /// The person did not prove it in a way that is asked for (`acr`, `amr`).
    case authenticationContext
    /// There is no ID token.
    case tokenMissing
    /// The refreshed ID token, or the userinfo, is of somebody else.
    case otherPerson
    /// The mail address is not verified by the provider.
    case emailUnverified
    /// The mail address is not one.
    case emailMalformed
    /// The provider did not let the person in; the word is one of RFC 6749 or OpenID Connect, or `other`.
    case answered(String)
    /// The provider did not take the code.
    case codeRefused(String)
    /// The provider did not refresh its word.
    case refreshRefused(String)
    /// There is nothing to ask the provider with.
    case refreshMissing

    /// The stable code.
    public var code: String {
        switch self {
        case .token(let refusal): "oidc_" + refusal.code
        case .nonce: "oidc_nonce"
        case .accessTokenHash: "oidc_at_hash"
        case .codeHash: "oidc_c_hash"
        case .authenticationAge: "oidc_auth_time"
        case .authenticationContext: "oidc_acr"
        case .tokenMissing: "oidc_id_token_missing"
        case .otherPerson: "oidc_other_person"
        case .emailUnverified: "oidc_email_unverified"
        case .emailMalformed: "oidc_email_malformed"
        case .answered: "oidc_error"
        case .codeRefused: "oidc_code_refused"
        case .refreshRefused: "oidc_refresh_refused"
        case .refreshMissing: "oidc_refresh_missing"
        }
    }

    /// One line for the auditor.
    public var reason: String {
        switch self {
        case .token(let refusal): refusal.reason
        case .nonce: "the ID token is for another sign-on than this one"
        case .accessTokenHash: "the ID token was not issued with this access token"
        case .codeHash: "the ID token was not issued with this code"
        case .authenticationAge:
            "the person proved too long ago who they are, or it is not said when"
        case .authenticationContext:
            "the person did not prove who they are in a way that is asked for"
        case .tokenMissing: "the provider answered without an ID token"
        case .otherPerson: "the provider speaks of another person than before"
        case .emailUnverified: "the provider does not say that the mail address is verified"
        case .emailMalformed: "the mail address is not one name and one domain"
        case .answered(let word): "the provider answered \(word)"
        case .codeRefused(let word): "the provider did not take the code: \(word)"
        case .refreshRefused(let word): "the provider did not confirm the person: \(word)"
        case .refreshMissing: "there is nothing left to ask the provider with"
        }
    }
}

extension OpenIDRefusal: CustomStringConvertible {
    /// One line for the auditor.
    public var description: String { reason }
}

/// Why a callback is none of a sign-on that began here: the browser's or the sender's fault, nobody was asked.
public enum CallbackRefusal: String, Error, Equatable, Sendable, CaseIterable {
    case malformed = "oidc_callback_malformed"
    case stateMissing = "oidc_state_missing"
    case stateForeign = "oidc_state_foreign"
    case stateOver = "oidc_state_over"
    case stateSpent = "oidc_state_spent"
    case issuerMissing = "oidc_issuer_missing"
    case issuerOther = "oidc_issuer_other"

    /// The stable code.
    public var code: String { rawValue }

    /// One line for whoever sent it.
    public var reason: String {
        switch self {
        case .malformed: "the answer holds neither one code nor one error"
        case .stateMissing: "the answer has no state"
        case .stateForeign: "this browser began no such sign-on here"
        case .stateOver: "the sign-on took too long, or the gateway has begun anew; begin again"
        case .stateSpent: "the answer was used before; begin again"
        case .issuerMissing:
            "the answer does not say whose it is, although its provider's always do"
        case .issuerOther: "the answer is of another provider than the one that was asked"
        }
    }
}

extension CallbackRefusal: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}

/// Why what a provider answers can't be used.
package struct ProviderAnswerFault: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with it, as the end of a sentence.
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}
