internal import Policy
internal import StrictJSON
internal import Text

/// Tokens of configured issuers as credentials: the signature first, with keys of that issuer only, then the claims.
///
/// It never waits: a token that names a key which is not here is refused, and asks for the keys to be read again.
public final class TokenAuthenticator: Authenticator {
    private let issuers: [ExactText: Issuer]
    private let naming: ServiceNaming
    private let isOnlyProvider: Bool
    private let revocations: TokenRevocations

    private struct Issuer {
        let settings: TokenIssuer
        let keys: IssuerKeys
    }

    /// Takes tokens of these issuers and of nobody else.
    ///
    /// - Parameters:
    ///   - issuers: No two of one name or one `iss`.
    ///   - naming: How services of the own trust domain are named, for issuers that speak for some.
    ///   - revocations: What is no good although it verifies.
    ///   - otherProviders: How many other providers of users there are.
    package init(
        _ issuers: [TokenIssuer], naming: ServiceNaming,
        revocations: TokenRevocations = TokenRevocations(), otherProviders: Int = 0
    ) {
        self.revocations = revocations
        let changes = revocations.generation
        self.issuers = Dictionary(
            issuers.map {
                (ExactText($0.issuer), Issuer(settings: $0, keys: IssuerKeys(changes)))
            }, uniquingKeysWith: { first, _ in first })
        self.naming = naming
        isOnlyProvider = issuers.count + otherProviders == 1
    }

    /// The issuers and their keys, in the order of their names.
    package var keys: [(issuer: TokenIssuer, keys: IssuerKeys)] {
        issuers.values.sorted { $0.settings.name < $1.settings.name }.map { ($0.settings, $0.keys) }
    }

    /// Changes with any issuer's keys and with each revocation.
    public var generation: UInt64 { revocations.generation.value }

    /// Judges bearer tokens.
    public func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
        guard case .bearer(let raw) = credential else { return .notMine }
        do throws(TokenRefusal) {
            return try judge(raw, nowNanoseconds)
        } catch {
            return .refused(.token(error))
        }
    }

    private func judge(_ raw: RawToken, _ now: Int64) throws(TokenRefusal) -> Authentication {
        let token = try UnverifiedToken(raw.bytes)
        let issuer = try issuer(of: token)
        guard let keys = issuer.keys.current else { throw .keysMissing }
        if token.keyID != nil, keys.key(named: token.keyID) == nil { issuer.keys.want() }
        let verified = try JWSVerifier.verify(
            token, keys: keys, allowed: issuer.settings.algorithms)
        guard let claims = verified.claims else { throw .payload }
        let rules = ClaimRules(issuer: issuer.settings, nowSeconds: now / 1_000_000_000)
        let verdict = try rules.judge(verified.type, claims)
        let mapper = ClaimMapper(
            issuer: issuer.settings, naming: naming, isOnlyProvider: isOnlyProvider)
        let principal = try mapper.principal(claims)
        guard
            !revocations.isRevoked(
                verdict.tokenID, of: principal.id, from: issuer.settings,
                issuedSeconds: verdict.issuedSeconds)
        else { throw .revoked }
        return .principal(
            principal, validUntilNanoseconds: verdict.endsNanoseconds,
            conditions: CredentialConditions(certificateSHA256: verdict.certificateSHA256),
            evidence: CredentialEvidence(
                .token, id: verdict.tokenID, issuer: issuer.settings.issuer,
                strength: verdict.certificateSHA256 == nil ? .bearer : .bound))
    }

    /// Nothing is verified here: what the token says of itself only chooses whose keys are tried.
    private func issuer(of token: UnverifiedToken) throws(TokenRefusal) -> Issuer {
        guard let claims = token.claims else { throw .payload }
        guard let named = claims["iss"]?.string, let issuer = issuers[ExactText(named)] else {
            throw .issuer
        }
        return issuer
    }
}
