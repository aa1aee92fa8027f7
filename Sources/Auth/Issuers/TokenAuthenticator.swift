internal import NIOConcurrencyHelpers
internal import PKI
internal import Policy
internal import StrictJSON

/// Tokens of configured issuers as credentials: signature first, with keys of that issuer only, then the claims.
public final class TokenAuthenticator: CredentialAuthenticator {
    private struct Issuer {
        let settings: TokenIssuer
        let keys: IssuerKeys
    }

    private let issuers: [Issuer]
    private let revoked: RevokedTokens?
    private let listeners = NIOLockedValueBox<[@Sendable () -> Void]>([])

    /// Takes tokens of these issuers and of nobody else.
    public init(_ issuers: [TokenIssuer], revoked: RevokedTokens? = nil) {
        self.issuers = issuers.map { Issuer(settings: $0, keys: IssuerKeys($0.keys)) }
        self.revoked = revoked
    }

    /// Calls back when an issuer's keys have changed: what was verified with the old ones is void.
    public func onChange(_ listener: @escaping @Sendable () -> Void) {
        listeners.withLockedValue { $0.append(listener) }
    }

    /// Every bearer that is no API key.
    public func recognises(_ credential: RawCredential) -> Bool {
        credential.carrier == .bearer && !APIKeyText.hasPrefix(credential.bytes)
    }

    /// Judges a token; asks its issuer for fresh keys if it names one that is not there, at most once a minute.
    public func authenticate(
        _ credential: RawCredential, _ circumstances: CredentialCircumstances
    ) -> CredentialAnswer {
        do throws(TokenRefusal) {
            let token = try RawToken(credential.bytes)
            guard let issuer = try issuer(of: token) else { throw .issuer }
            guard issuer.settings.algorithms.contains(token.algorithm) else { throw .algorithm }
            let keys = issuer.keys.current
            if keys?.lacks(token.keyID) ?? true,
                issuer.keys.mayFetch(nowNanoseconds: circumstances.nowNanoseconds)
            {
                return .later { await self.authenticate(token, issuer, circumstances) }
            }
            return try judge(token, issuer, keys, circumstances)
        } catch {
            return .refused(CredentialRefusal(code: error.code, reason: error.reason))
        }
    }

    /// Fetches all issuers' keys; to be called at the start and from time to time.
    ///
    /// - Returns: One line for each issuer whose keys can't be had.
    public func refresh(nowNanoseconds now: Int64) async -> [String] {
        var faults: [String] = []
        var isChanged = false
        for issuer in issuers {
            if await issuer.keys.fetch(nowNanoseconds: now) { isChanged = true }
            if let fault = issuer.keys.fault {
                faults.append("keys of issuer \(issuer.settings.name) not fetched: \(fault)")
            }
        }
        if isChanged { notify() }
        return faults
    }

    /// How many fetches were begun for an issuer.
    func fetchCount(_ name: String) -> Int {
        issuers.first { $0.settings.name == name }?.keys.fetchCount ?? 0
    }

    private func authenticate(
        _ token: RawToken, _ issuer: Issuer, _ circumstances: CredentialCircumstances
    ) async -> CredentialAnswer {
        if await issuer.keys.fetch(nowNanoseconds: circumstances.nowNanoseconds) { notify() }
        do throws(TokenRefusal) {
            return try judge(token, issuer, issuer.keys.current, circumstances)
        } catch {
            return .refused(CredentialRefusal(code: error.code, reason: error.reason))
        }
    }

    private func judge(
        _ token: RawToken, _ issuer: Issuer, _ keys: JSONWebKeySet?,
        _ circumstances: CredentialCircumstances
    ) throws(TokenRefusal) -> CredentialAnswer {
        guard let keys else {
            return .unavailable("the keys of issuer \(issuer.settings.name) can't be had")
        }
        let verified = try JWSVerifier.verify(
            token, keys: keys, allowed: issuer.settings.algorithms)
        let now = circumstances.nowNanoseconds
        let rules = ClaimRules(issuer: issuer.settings, nowSeconds: now / 1_000_000_000)
        let verdict = try rules.judge(verified, peer: circumstances.peer)
        if let id = verdict.tokenID, let revoked,
            revoked.contains(issuer: issuer.settings.issuer, id: id)
        {
            throw .revoked
        }
        return .verified(
            VerifiedCredential(
                principal: verdict.principal, strength: verdict.isBound ? .bound : .bearer,
                credentialID: verdict.tokenID.map { String($0.prefix(100)) }
                    ?? verdict.principal.id,
                expiresAtNanoseconds: verdict.endsSeconds * 1_000_000_000))
    }

    /// The payload is not verified here: it only says whose keys to try.
    private func issuer(of token: RawToken) throws(TokenRefusal) -> Issuer? {
        guard let claims = try? StrictJSON.parse(token.payload, limits: RawToken.jsonLimits),
            case .object = claims
        else { throw .payload }
        guard let named = claims["iss"]?.string else { return nil }
        return issuers.first { $0.settings.issuer.utf8.elementsEqual(named.utf8) }
    }

    private func notify() {
        for listener in listeners.withLockedValue({ $0 }) { listener() }
    }
}
