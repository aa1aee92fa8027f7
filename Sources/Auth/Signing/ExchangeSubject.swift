internal import Policy
internal import StrictJSON

/// Whoever a token is made for, and all that bounds it.
struct ExchangeSubject {
    let principal: Principal
    /// When what was shown ends, in seconds since 1970; the new token ends no later.
    let endSeconds: Int64
    /// The certificate that it is bound to.
    let certificateSHA256: [UInt8]?
    /// Who acts for the principal, by its issuer's word.
    var actor: JSONValue?
    /// What a token for this gateway carries; nil where what was shown is good here only as it is.
    var origin: TokenOrigin?

    /// A token of a configured issuer; nil for one of ours.
    init?(_ token: TokenAuthenticator.Judged) {
        guard let issuer = token.issuer else { return nil }
        principal = token.principal
        endSeconds = token.verdict.endSeconds
        certificateSHA256 = token.verdict.certificateSHA256
        actor = token.claims["act"]
        origin = TokenOrigin(provider: issuer.name, type: token.type, claims: token.claims)
    }

    /// A session.
    init(_ principal: Principal, endNanoseconds: Int64, _ conditions: CredentialConditions) {
        self.principal = principal
        endSeconds = endNanoseconds / 1_000_000_000
        certificateSHA256 = conditions.certificateSHA256
    }
}

extension TokenMint {
    /// Judges what is exchanged, whatever was said of it before.
    func subject(
        _ raw: RawToken, nowNanoseconds now: Int64
    ) -> Result<ExchangeSubject, ExchangeRefusal> {
        switch sessions.authenticate(.bearer(raw), nowNanoseconds: now) {
        case .principal(let principal, let end, let conditions, _, _):
            return .success(ExchangeSubject(principal, endNanoseconds: end, conditions))
        case .refused: return .failure(.session)
        case .notMine: break
        }
        do throws(TokenRefusal) {
            let judged = try authenticator.judge(raw, nowNanoseconds: now)
            return ExchangeSubject(judged).map { .success($0) } ?? .failure(.ownToken)
        } catch {
            return .failure(.subject(error))
        }
    }
}
