internal import Text

/// A sign-on at a SAML provider, as a browser's cookie holds it: the state is the RelayState, the nonce makes the request's ID.
extension LoginTicket {
    /// What the answer's RelayState must be; at most 80 bytes (SAML Bindings section 3.4.3).
    package var relayState: String { state }

    /// The ID of the request that the answer must name.
    package var requestID: String { "_" + nonce }

    /// Whether an answer with this RelayState to a provider of this name is its own.
    package func fits(_ relayState: String, of provider: String) -> Bool {
        state.isExactly(relayState) && self.provider.isExactly(provider)
    }
}

extension LoginName {
    /// Names the sign-on of an answer's RelayState.
    package init(relayState: String) { self.init(state: relayState) }
}
