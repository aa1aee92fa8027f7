/// Where a browser is sent to prove to a provider who its person is (OpenID Connect Core 1.0 section 3.1.2.1, RFC 7636 section 4.3).
package struct AuthorizationRequest: Sendable {
    /// The whole address.
    package let address: String

    /// Asks for a code for a sign-on that has begun.
    ///
    /// - Parameters:
    ///   - ticket: The sign-on.
    ///   - settings: The provider's.
    ///   - metadata: Where it is asked.
    ///   - callback: Where the browser comes back to.
    package init(
        _ ticket: LoginTicket, to settings: OpenIDSettings, _ metadata: ProviderMetadata,
        callback: String
    ) {
        var pairs = [
            (name: "response_type", value: "code"), (name: "client_id", value: settings.clientID),
            (name: "redirect_uri", value: callback),
            (name: "scope", value: settings.scopes.joined(separator: " ")),
            (name: "state", value: ticket.state),
            (name: "code_challenge", value: ticket.proofKey.challenge),
            (name: "code_challenge_method", value: "S256"),
        ]
        if case .openID = settings.dialect { pairs.append(("nonce", ticket.nonce)) }
        if let age = settings.maxAgeSeconds { pairs.append(("max_age", String(age))) }
        if !settings.contexts.isEmpty {
            pairs.append(("acr_values", settings.contexts.joined(separator: " ")))
        }
        for parameter in settings.parameters { pairs.append((parameter.name, parameter.value)) }
        address = FormText.append(pairs, to: metadata.authorization)
    }
}
