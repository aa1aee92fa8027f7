internal import Text

/// What a provider sends back by the browser (RFC 6749 section 4.1.2, RFC 9207): untrusted until held against its sign-on.
package struct CallbackAnswer: Sendable {
    let code: String?
    let state: String?
    let issuer: String?
    let error: String?

    /// Takes the parameters as they came.
    package init(code: String?, state: String?, issuer: String?, error: String?) {
        self.code = code
        self.state = state
        self.issuer = issuer
        self.error = error
    }

    /// The name of the sign-on that it is of.
    ///
    /// - Throws: ``CallbackRefusal`` where it says nothing of one.
    package var name: LoginName {
        get throws(CallbackRefusal) {
            guard let state, !state.isEmpty else { throw .stateMissing }
            return LoginName(state: state)
        }
    }

    /// Holds it against the sign-on that this browser began.
    ///
    /// - Parameters:
    ///   - ticket: What the browser's cookie holds; nil where there is none that was sealed here lately.
    ///   - settings: The provider whose callback it came to.
    ///   - now: The clock that nobody sets.
    /// - Returns: The sign-on.
    /// - Throws: ``CallbackRefusal``.
    package func check(
        _ ticket: LoginTicket?, of settings: OpenIDSettings, elapsedNanoseconds now: Int64
    ) throws(CallbackRefusal) -> LoginTicket {
        guard let state, !state.isEmpty else { throw .stateMissing }
        guard let ticket, ticket.state.isExactly(state) else { throw .stateForeign }
        guard !ticket.isOver(now) else { throw .stateOver }
        guard ticket.provider.isExactly(settings.name) else { throw .issuerOther }
        return ticket
    }

    /// Takes the code out of it.
    ///
    /// - Throws: ``CallbackFault``: it is another provider's or none, or it says that nobody is let in.
    package func code(
        from settings: OpenIDSettings, _ metadata: ProviderMetadata
    ) throws(CallbackFault) -> String {
        if let issuer {
            guard issuer.isExactly(settings.issuer) else { throw .callback(.issuerOther) }
        } else if metadata.namesItself {
            throw .callback(.issuerMissing)
        }
        if let error {
            guard code == nil else { throw .callback(.malformed) }
            throw .person(.answered(ProviderErrorWord(error).text))
        }
        guard let code, (1...OpenIDLimits.grantBytesMax).contains(code.utf8.count) else {
            throw .callback(.malformed)
        }
        return code
    }
}

/// What is wrong with a callback: the request, or what the provider says in it.
package enum CallbackFault: Error, Equatable, Sendable, CustomStringConvertible {
    case callback(CallbackRefusal)
    case person(OpenIDRefusal)

    /// One line for people.
    package var description: String {
        switch self {
        case .callback(let refusal): refusal.description
        case .person(let refusal): refusal.description
        }
    }
}

/// The word by which a provider says why not: nothing that it does not know is passed on, so no answer and no record shows its sender's text.
struct ProviderErrorWord: Sendable, Equatable {
    let text: String

    init(_ word: String) {
        text = Self.known.contains(word) ? word : "other"
    }

    /// RFC 6749 sections 4.1.2.1 and 5.2, RFC 8628 section 3.5, OpenID Connect Core 1.0 section 3.1.2.6.
    private static let known: Set<String> = [
        "access_denied", "authorization_pending", "consent_required", "expired_token",
        "interaction_required", "invalid_client", "invalid_code", "invalid_grant",
        "invalid_request", "invalid_scope", "login_required", "account_selection_required",
        "server_error", "slow_down", "temporarily_unavailable", "unauthorized_client",
        "unsupported_grant_type", "unsupported_response_type", "bad_verification_code",
        "incorrect_client_credentials", "redirect_uri_mismatch",
    ]
}
