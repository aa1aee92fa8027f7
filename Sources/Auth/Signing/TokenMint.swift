public import Audit
internal import PKI
public import Policy
internal import Proofs
internal import StrictJSON
internal import Text

/// Makes tokens of ours in exchange for those of configured issuers and for sessions (RFC 8693).
public final class TokenMint: Sendable {
    let authenticator: TokenAuthenticator
    /// Judges sessions.
    let sessions: any Authenticator
    let own: OwnTokens

    /// Takes subject tokens that the authenticators take, and signs with the keys of `own`.
    package init(
        _ authenticator: TokenAuthenticator, sessions: any Authenticator, _ own: OwnTokens
    ) {
        self.authenticator = authenticator
        self.sessions = sessions
        self.own = own
    }

    /// Exchanges a token for one of ours, which is good no longer and gives no more.
    ///
    /// The permit must be for `identity.token`, the audience and the token's own principal. The subject token is judged here once
    /// more, so one that was revoked since the decision is refused; what is made is judged as anybody would judge it.
    public func exchange(
        _ plan: ExchangePlan, permit: consuming Permit, receipt: consuming Receipt,
        nowNanoseconds now: Int64
    ) -> Result<ExchangedToken, ExchangeRefusal> {
        let wanted = WantedOperation(.identityToken, id: plan.audience)
        let clearance: Clearance
        switch Clearance.check(permit, receipt, for: wanted) {
        case .success(let checked): clearance = checked
        case .failure(let mismatch): return .failure(.unproven(mismatch.reason))
        }
        let subject: ExchangeSubject
        switch self.subject(plan.subject, nowNanoseconds: now) {
        case .success(let judged): subject = judged
        case .failure(let refusal): return .failure(refusal)
        }
        let principal = subject.principal
        guard
            clearance.principal
                == PrincipalDigest(kind: principal.kind.rawValue, id: principal.id)
        else { return .failure(.unproven("the permit is for somebody else")) }
        if let bound = subject.certificateSHA256, bound != plan.certificateSHA256 {
            return .failure(.subject(.binding))
        }
        let audience = plan.audience ?? own.settings.issuer
        let isForUs = audience.isExactly(own.settings.issuer)
        guard isForUs || own.settings.audiences.contains(where: { $0.isExactly(audience) }) else {
            return .failure(.audience)
        }
        guard !isForUs || subject.origin != nil else { return .failure(.asItIs) }
        guard !own.keys.isUnwritten else { return .failure(.keysUnwritten) }
        let start = now / 1_000_000_000
        let end = min(start + Int64(own.settings.lifeSeconds), subject.endSeconds)
        guard end > start else { return .failure(.nearlyOver) }
        let claims = Claims(
            plan: plan, subject: subject, audience: audience, start: start, end: end,
            origin: isForUs ? subject.origin : nil)
        return sign(claims, isForUs, now)
    }

    private func sign(
        _ claims: Claims, _ isForUs: Bool, _ now: Int64
    ) -> Result<ExchangedToken, ExchangeRefusal> {
        let principal = claims.subject.principal
        let made = own.keys.sign(
            type: TokenKind(principal).rawValue, claims: claims.encoded(own.settings.issuer),
            endNanoseconds: claims.end.multipliedReportingOverflow(by: 1_000_000_000).partialValue)
        guard let (token, keyID) = made else { return .failure(.unsigned) }
        guard token.count <= TokenLimits.tokenBytesMax else { return .failure(.tooLong) }
        do throws(TokenRefusal) {
            if isForUs {
                let judged = try authenticator.judge(RawToken(token), nowNanoseconds: now)
                guard judged.principal == principal else { return .failure(.unsigned) }
            } else {
                _ = try JWSVerifier.verify(
                    try UnverifiedToken(token), keys: own.keys.verifying, allowed: [.es256])
            }
        } catch {
            return .failure(error == .payload ? .tooLong : .subject(error))
        }
        return .success(
            ExchangedToken(
                token: RawToken(token), tokenID: claims.plan.tokenID, keyID: keyID,
                lifeSeconds: claims.end - claims.start, endSeconds: claims.end,
                isBound: claims.plan.certificateSHA256 != nil))
    }
}

/// The claims of a token of ours.
private struct Claims {
    let plan: ExchangePlan
    let subject: ExchangeSubject
    let audience: String
    let start: Int64
    let end: Int64
    /// Only for this gateway: nobody else has to know what the issuer said.
    let origin: TokenOrigin?

    func encoded(_ issuer: String) -> [UInt8] {
        var writer = JSONWriter(capacity: 1_024)
        writer.raw("{\"iss\":")
        writer.string(issuer)
        writer.raw(",\"sub\":")
        writer.string(subject.principal.id)
        writer.raw(",\"aud\":")
        writer.string(audience)
        writer.raw(",\"client_id\":")
        writer.string(plan.client ?? subject.principal.id)
        for (name, value) in [("iat", start), ("nbf", start), ("exp", end)] {
            writer.raw(",\"\(name)\":\(value)".utf8)
        }
        writer.raw(",\"jti\":")
        writer.string(plan.tokenID)
        if let digest = plan.certificateSHA256 {
            writer.raw(",\"cnf\":{\"x5t#S256\":")
            writer.string(Base64URL.encode(digest))
            writer.raw("}")
        }
        // Who acts for the subject by the issuer's word does so by ours (RFC 8693 section 4.1).
        if let actor = subject.actor {
            writer.raw(",\"act\":")
            writer.value(actor)
        }
        if let origin {
            writer.raw(",\"\(TokenOrigin.claim)\":".utf8)
            origin.write(to: &writer)
        }
        writer.raw("}")
        return writer.bytes
    }
}
