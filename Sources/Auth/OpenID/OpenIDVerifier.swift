package import Policy
package import StrictJSON

/// Judges what one provider says, with its keys as they were read last; whoever reads them hands them in.
package struct OpenIDVerifier: Sendable {
    /// The provider's.
    package let settings: OpenIDSettings
    /// Its keys.
    package let keys = IssuerKeys(TokenGeneration())

    /// Takes the word of a provider.
    package init(_ settings: OpenIDSettings) {
        self.settings = settings
    }

    /// Judges the ID token that a code was exchanged for.
    ///
    /// - Throws: ``OpenIDRefusal``; after one of an unknown key, the keys are worth reading again.
    package func judge(
        _ answer: TokenAnswer, of ticket: LoginTicket, code: String, nowSeconds: Int64
    ) throws(OpenIDRefusal) -> IDToken {
        guard let text = answer.idToken else { throw .tokenMissing }
        return try judge(
            text, nowSeconds,
            TokenExpectation(nonce: ticket.nonce, accessToken: answer.accessToken, code: code))
    }

    /// Judges the ID token that came of a confirmation at the provider's own page.
    ///
    /// No nonce was sent, so one that holds a nonce is of another sign-on.
    ///
    /// - Throws: ``OpenIDRefusal``; after one of an unknown key, the keys are worth reading again.
    package func judge(
        device answer: TokenAnswer, nowSeconds: Int64
    ) throws(OpenIDRefusal) -> IDToken {
        guard let text = answer.idToken else { throw .tokenMissing }
        return try judge(
            text, nowSeconds,
            TokenExpectation(accessToken: answer.accessToken, hasNonce: false))
    }

    /// Judges the ID token that came of a refresh; nil where none did, which is allowed.
    ///
    /// - Throws: ``OpenIDRefusal``, also for one of another person.
    package func judge(
        refreshed answer: TokenAnswer, of subject: String, nonce: String?, nowSeconds: Int64
    ) throws(OpenIDRefusal) -> IDToken? {
        guard let text = answer.idToken else { return nil }
        return try judge(
            text, nowSeconds,
            TokenExpectation(nonce: nonce, accessToken: answer.accessToken, subject: subject))
    }

    /// Judges a logout token.
    ///
    /// - Throws: ``TokenRefusal``.
    package func judge(
        logoutToken text: [UInt8], nowSeconds: Int64
    ) throws(TokenRefusal) -> LogoutWord {
        guard let keys = keys.current else { throw .keysMissing }
        do throws(TokenRefusal) {
            return try LogoutTokenRules(settings: settings, nowSeconds: nowSeconds).judge(
                text, keys: keys)
        } catch {
            if error == .keyUnknown { self.keys.want() }
            throw error
        }
    }

    /// Who claims name, by the provider's mapping.
    ///
    /// - Throws: ``OpenIDRefusal``.
    package func principal(_ claims: JSONValue) throws(OpenIDRefusal) -> Principal {
        try PersonClaims(settings: settings).principal(claims)
    }

    /// Claims of an ID token with those of the userinfo that it lacks.
    ///
    /// - Throws: ``OpenIDRefusal/otherPerson`` for what is not of the same person, or no JSON object.
    package func claims(
        of token: IDToken, with userInfo: [UInt8]
    ) throws(OpenIDRefusal) -> JSONValue {
        guard let more = try? StrictJSON.parse(userInfo, limits: .ofAProvider) else {
            throw .otherPerson
        }
        return try PersonClaims.merged(token.claims, more)
    }

    private func judge(
        _ text: String, _ nowSeconds: Int64, _ expected: TokenExpectation
    ) throws(OpenIDRefusal) -> IDToken {
        guard let keys = keys.current else { throw .token(.keysMissing) }
        do throws(OpenIDRefusal) {
            return try IDTokenRules(settings: settings, nowSeconds: nowSeconds).judge(
                text, keys: keys, expected)
        } catch {
            if error == .token(.keyUnknown) { self.keys.want() }
            throw error
        }
    }
}
