internal import Auth

/// A sign-on of a program whose person confirms it at the provider's own page (RFC 8628).
extension OpenIDProvider {
    /// Has the provider give a code to confirm.
    func beginDevice() async throws(ProviderFault) -> DeviceAuthorization {
        let metadata = try await knowledge.metadata()
        guard let place = metadata.deviceAuthorization else {
            throw .unavailable(
                reason: "the provider's metadata has no device_authorization_endpoint")
        }
        let scope = settings.scopes.joined(separator: " ")
        let answer = try await client.post([("scope", scope)], to: place)
        do throws(ProviderAnswerFault) {
            return try DeviceAuthorization(answer, at: place)
        } catch {
            throw .unavailable(reason: "\(error)")
        }
    }

    /// Asks whether somebody has confirmed it, and who.
    ///
    /// - Returns: The provider's word about them, or what it says instead.
    /// - Throws: ``ProviderFault``; refused where its word is no good.
    func redeem(
        device given: DeviceAuthorization
    ) async throws(ProviderFault) -> Result<RefreshVault.Grant, DevicePollWord> {
        let metadata = try await knowledge.metadata()
        let answer = try await client.tokens(
            for: [
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", given.deviceCode),
            ], at: metadata)
        switch answer {
        case .failure(let denial): return .failure(DevicePollWord(denial.word))
        case .success(let tokens):
            guard settings.hasKeys else { return .success(try await github(tokens.accessToken)) }
            let token = try await judge(metadata) { verifier, now throws(OpenIDRefusal) in
                try verifier.judge(device: tokens, nowSeconds: now)
            }
            return .success(
                RefreshVault.Grant(
                    token: tokens.refreshToken,
                    idToken: metadata.endSession == nil ? nil : tokens.idToken, nonce: nil,
                    person: try await person(token, tokens, metadata)))
        }
    }
}
