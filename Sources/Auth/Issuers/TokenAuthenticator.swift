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
    private let own: OwnTokens?

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
    ///   - own: What tokens of ours must be; nil where none are taken.
    ///   - otherProviders: How many other providers of users there are.
    package init(
        _ issuers: [TokenIssuer], naming: ServiceNaming,
        revocations: TokenRevocations = TokenRevocations(), own: OwnTokens? = nil,
        otherProviders: Int = 0
    ) {
        self.revocations = revocations
        self.own = own
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

    /// Has all tokens judged anew that were found good: keys of ours are no good any more.
    func forgetVerdicts() { revocations.generation.advance() }

    /// Judges bearer tokens.
    public func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
        guard case .bearer(let raw) = credential else { return .notMine }
        do throws(TokenRefusal) {
            let judged = try judge(raw, nowNanoseconds: nowNanoseconds)
            return .principal(
                judged.principal, validUntilNanoseconds: judged.endsNanoseconds,
                conditions: CredentialConditions(certificateSHA256: judged.certificateSHA256),
                evidence: CredentialEvidence(
                    .token, id: judged.verdict.tokenID,
                    issuer: (judged.issuer ?? own?.issuer)?.issuer,
                    strength: judged.certificateSHA256 == nil ? .bearer : .bound))
        } catch {
            return .refused(.token(error))
        }
    }

    /// What a token is that is good.
    struct Judged {
        let principal: Principal
        /// The configured issuer; nil for a token of ours.
        let issuer: TokenIssuer?
        /// The type in its header.
        let type: String?
        let claims: JSONValue
        let verdict: ClaimRules.Verdict
        /// What was said of the token that it was made from.
        var origin: ClaimRules.Verdict?

        var endsNanoseconds: Int64 {
            min(verdict.endsNanoseconds, origin?.endsNanoseconds ?? .max)
        }
        var certificateSHA256: [UInt8]? { verdict.certificateSHA256 ?? origin?.certificateSHA256 }
    }

    /// Judges a token now, whatever was said of it before.
    ///
    /// Nothing is verified at first: what the token says of itself only chooses whose keys are tried.
    func judge(_ raw: RawToken, nowNanoseconds now: Int64) throws(TokenRefusal) -> Judged {
        let token = try UnverifiedToken(raw.bytes)
        guard let named = token.claims.map({ $0["iss"]?.string }) else { throw .payload }
        guard let named else { throw .issuer }
        if let own, named.isExactly(own.settings.issuer) { return try judge(token, own, now) }
        guard let issuer = issuers[ExactText(named)] else { throw .issuer }
        guard let keys = issuer.keys.current else { throw .keysMissing }
        if token.keyID != nil, keys.key(named: token.keyID) == nil { issuer.keys.want() }
        let verified = try JWSVerifier.verify(
            token, keys: keys, allowed: issuer.settings.algorithms)
        guard let claims = verified.claims else { throw .payload }
        return try judge(claims, of: verified.type, from: issuer.settings, now)
    }

    /// What claims make of an issuer that they are proven to be of.
    private func judge(
        _ claims: JSONValue, of type: String?, from issuer: TokenIssuer, _ now: Int64
    ) throws(TokenRefusal) -> Judged {
        let rules = ClaimRules(issuer: issuer, nowSeconds: now / 1_000_000_000)
        let verdict = try rules.judge(type, claims)
        let principal = try ClaimMapper(
            issuer: issuer, naming: naming, isOnlyProvider: isOnlyProvider
        ).principal(claims)
        try checkRevoked(verdict, principal, issuer)
        return Judged(
            principal: principal, issuer: issuer, type: type, claims: claims, verdict: verdict)
    }

    /// A token of ours: first its own signature and claims, then those of the token that it was made from.
    private func judge(
        _ token: UnverifiedToken, _ own: OwnTokens, _ now: Int64
    ) throws(TokenRefusal) -> Judged {
        let verified = try JWSVerifier.verify(
            token, keys: own.keys.verifying, allowed: own.issuer.algorithms)
        guard let claims = verified.claims else { throw .payload }
        let rules = ClaimRules(issuer: own.issuer, nowSeconds: now / 1_000_000_000)
        let verdict = try rules.judge(verified.type, claims)
        let origin = try TokenOrigin(of: claims)
        let settings = issuers.values.first { $0.settings.name.isExactly(origin.provider) }
        guard let settings = settings?.settings else { throw .issuer }
        let judged = try judge(origin.claims, of: origin.type, from: settings, now)
        guard claims["sub"]?.string?.isExactly(judged.principal.id) == true else { throw .subject }
        if let bound = judged.verdict.certificateSHA256, bound != verdict.certificateSHA256 {
            throw .binding
        }
        try checkRevoked(verdict, judged.principal, own.issuer)
        return Judged(
            principal: judged.principal, issuer: nil, type: verified.type, claims: claims,
            verdict: verdict, origin: judged.verdict)
    }

    private func checkRevoked(
        _ verdict: ClaimRules.Verdict, _ principal: Principal, _ issuer: TokenIssuer
    ) throws(TokenRefusal) {
        guard
            !revocations.isRevoked(
                verdict.tokenID, of: principal.id, from: issuer,
                issuedSeconds: verdict.issuedSeconds)
        else { throw .revoked }
    }
}
