@testable import Auth
import StrictJSON

/// Reads any bytes as a token, as claims and as a key set, and judges them as a gateway does.
///
/// The first byte says which. INVARIANT: no token verifies, since nobody has the keys' private halves; claims may pass, their
/// signature is taken as given.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzToken(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let mode = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch mode % 4 {
    case 0: Judged.token(rest)
    case 1: Judged.claims(rest, type: nil)
    case 2: Judged.claims(rest, type: "at+jwt")
    default: _ = try? JSONWebKeySet(rest)
    }
    return 0
}

private enum Judged {
    static let now: Int64 = 1_763_900_000
    static let issuer: TokenIssuer = {
        var issuer = TokenIssuer(
            name: "idp", issuer: "https://idp.example", audiences: ["maxine"], keys: .file(""))
        issuer.subjects = [ClaimGlob("*a*")]
        issuer.claims = [BoundClaim(ClaimPath("/a/b"), [ClaimGlob("x*y*z")])]
        issuer.mapping.roles = ClaimPath("/r/oles")
        issuer.mapping.rolesAllowed = ["viewer"]
        issuer.mapping.service = ServiceMapping(
            name: ClaimPath("/k/name"), namespace: ClaimPath("ns"))
        return issuer
    }()
    static let naming = ServiceNaming(trustDomain: "maxine.local", datacenter: "dc1")

    /// Its issuer's keys are known, their private halves to nobody.
    static let authenticator: TokenAuthenticator? = {
        let judge = TokenAuthenticator([issuer], naming: naming)
        let point = SigningKey(madeNanoseconds: 0).published
        let set = """
            {"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"\(point.x)","y":"\(point.y)"}]}
            """
        for (_, keys) in judge.keys {
            guard (try? keys.take(Array(set.utf8))) != nil else { return nil }
        }
        return judge
    }()

    static func token(_ bytes: [UInt8]) {
        guard let authenticator else { fatalError("the key set is not read") }
        switch authenticator.authenticate(
            .bearer(RawToken(bytes)), nowNanoseconds: now * 1_000_000_000)
        {
        case .principal: fatalError("a token is good that nobody signed")
        case .refused(let refusal): _ = refusal.code + refusal.reason
        case .notMine: fatalError("a token is nobody's business")
        }
    }

    static func claims(_ bytes: [UInt8], type: String?) {
        let limits = JSONLimits(
            bytesMax: TokenLimits.tokenBytesMax, depthMax: TokenLimits.depthMax,
            valuesMax: TokenLimits.valuesMax)
        guard let claims = try? StrictJSON.parse(bytes, limits: limits) else { return }
        for service in [true, false] {
            var settings = issuer
            if !service { settings.mapping.service = nil }
            let rules = ClaimRules(issuer: settings, nowSeconds: now)
            if let verdict = try? rules.judge(type, claims), verdict.endSeconds <= now - 60 {
                fatalError("a token is good that has ended")
            }
            _ = try? ClaimMapper(issuer: settings, naming: naming, isOnlyProvider: true)
                .principal(claims)
        }
        guard let origin = try? TokenOrigin(of: claims) else { return }
        var writer = JSONWriter()
        writer.raw("{\"origin\":")
        origin.write(to: &writer)
        writer.raw("}")
        guard let value = try? StrictJSON.parse(writer.bytes),
            let back = try? TokenOrigin(of: value), back.provider == origin.provider,
            back.type == origin.type, back.claims == origin.claims
        else { fatalError("an origin does not come back from what was written of it") }
    }
}
