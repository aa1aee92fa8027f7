internal import Auth
internal import SAML

/// Signing off, in both directions (SAML Profiles section 4.4).
extension SAMLDesk {
    /// Where messages of single logout are sent; nil without a key, since our own could not be signed.
    func singleLogout(of provider: SAMLProvider) -> String? {
        provider.key == nil ? nil : place(of: provider) + "/slo"
    }

    /// Where a browser goes to sign off at the provider of a session as well; nil where that is not offered.
    func beginLogout(of session: String) -> Redirection? {
        for provider in all {
            guard let name = provider.logoutName(of: session) else { continue }
            return beginLogout(name, at: provider)
        }
        return nil
    }

    private func beginLogout(
        _ name: LogoutVault.Name, at provider: SAMLProvider
    ) -> Redirection? {
        guard let key = provider.key, let endpoint = provider.knowledge.current?.signOff,
            // What a browser had under way stays, whatever it was.
            let begun = logins.begin(
                at: Self.logoutMark(of: provider), to: .standard, [], isPosted: true)
        else { return nil }
        let request = OwnLogoutRequest(
            id: begun.ticket.requestID, issuer: entityID(at: provider),
            destination: endpoint.location, nameID: name.nameID, sessionIndex: name.sessionIndex,
            nowSeconds: provider.nowSeconds)
        return request.redirect(relayState: begun.ticket.relayState, key: key).map {
            Redirection(address: $0, cookies: begun.cookies)
        }
    }

    /// What sets a sign-off under way apart from a sign-on: no provider has such a name.
    private static func logoutMark(of provider: SAMLProvider) -> String {
        provider.name + " slo"
    }

    private func logoutRules(of provider: SAMLProvider) -> LogoutRules {
        LogoutRules(
            issuer: provider.authority, destination: singleLogout(of: provider) ?? "",
            nowSeconds: provider.nowSeconds, skewSeconds: provider.settings.skewSeconds)
    }

    /// Takes a provider's request to sign somebody off.
    ///
    /// - Returns: The ids of the sessions that ended, why the store does not say so yet if it does not, and where the browser takes our
    ///   answer; to our own first page where the provider names no address for it.
    /// - Throws: ``SAMLRefusal``, ``ProviderFault``, or `AuditError` where the log takes no record.
    func end(
        by message: BoundMessage, of provider: SAMLProvider
    ) async throws -> (ids: [String], fault: AuthError?, answer: String) {
        let (request, signOff) = try await provider.believing { known in
            (
                try LogoutRequest(message, keys: known.keys, rules: logoutRules(of: provider)),
                known.signOff
            )
        }
        let ended = try await logouts.end(ProviderLogout(request, of: provider), of: provider)
        guard let (ids, fault) = ended else { throw SAMLRefusal.replayed }
        guard let key = provider.key, let endpoint = signOff else {
            return (ids, fault, LocalTarget.standard.path)
        }
        let response = OwnLogoutResponse(
            to: request.id, issuer: entityID(at: provider),
            destination: endpoint.responseLocation ?? endpoint.location,
            outcome: ids.isEmpty ? .unknown : .done, nowSeconds: provider.nowSeconds)
        guard let answer = response.redirect(relayState: message.relayState, key: key) else {
            throw ProviderFault.unavailable(reason: "the answer can't be signed")
        }
        return (ids, fault, answer)
    }

    /// Takes a provider's answer to a sign-off that this browser began; the session here ended before.
    ///
    /// - Throws: ``CallbackRefusal``, ``SAMLRefusal`` or ``ProviderFault``.
    func finishLogout(
        _ message: BoundMessage, _ cookies: [LoginCookie], of provider: SAMLProvider
    ) async throws -> Redirection {
        let ticket = try take(
            message.relayState, cookies, marked: Self.logoutMark(of: provider))
        _ = try await provider.believing { known in
            try LogoutResponse(
                message, to: ticket.requestID, keys: known.keys, rules: logoutRules(of: provider))
        }
        return Redirection(
            address: ticket.target.path,
            cookies: cookies.filter { $0.name == ticket.name.text }.map(\.cleared))
    }
}

extension ProviderLogout {
    fileprivate init(_ request: LogoutRequest, of provider: SAMLProvider) {
        let entity = provider.authority
        self.init(
            id: request.id,
            goodForSeconds: max(0, request.spentUntilSeconds - provider.nowSeconds),
            subject: SAMLHandle.subject(request.nameID, at: entity),
            sessions: request.sessionIndexes.map { SAMLHandle.session($0, at: entity) },
            reason: "saml_logged_out: the provider says that the session has ended")
    }
}
