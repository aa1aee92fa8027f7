@testable import Auth
import StrictJSON

/// Reads any bytes as what an OpenID provider sends: metadata, an ID token, a logout token, a token endpoint's answer, claims, an API's
/// lists, a place to go to, a device's codes.
///
/// The first byte says which. INVARIANT: no token verifies, since nobody has the keys' private halves; a place is a path of ours.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOpenID(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let mode = bytes.first, let provider = FuzzedProvider.shared else { return 0 }
    let rest = Array(bytes.dropFirst())
    switch mode % 10 {
    case 0: _ = try? ProviderMetadata(rest, of: provider.settings, at: provider.base)
    case 1: provider.idToken(rest)
    case 2:
        let word = try? provider.verifier.judge(
            logoutToken: rest, nowSeconds: FuzzedProvider.now)
        if word != nil { fatalError("a logout token is good that nobody signed") }
    case 3:
        _ = try? TokenAnswer(rest)
        _ = TokenAnswer.error(rest)
    case 4: provider.claims(rest)
    case 5:
        _ = try? GitHubPerson.claims(user: rest, organisations: [rest], teams: [rest])
        _ = try? GitHubPerson.count(rest)
    case 6:
        let path = LocalTarget(String(decoding: rest, as: UTF8.self)).path
        if !path.hasPrefix("/") || path.hasPrefix("//") || path.contains("\\") {
            fatalError("a place is elsewhere")
        }
    case 7:
        let given = try? DeviceAuthorization(rest, at: provider.base)
        if let given, !given.page.hasPrefix("https://") { fatalError("a page is not of https") }
    case 8:
        let code = UserCode(String(decoding: rest, as: UTF8.self))
        if let code, UserCode("\(code)") != code { fatalError("a code is another one") }
    default:
        let opened = provider.seal.open(rest, named: "name", elapsedNanoseconds: 0)
        if opened != nil { fatalError("a sign-on opens that was not sealed here") }
    }
    return 0
}

private struct FuzzedProvider {
    static let now: Int64 = 1_763_900_000
    static let shared = FuzzedProvider()

    let settings: OpenIDSettings
    let base: KeyAddress
    let verifier: OpenIDVerifier
    let seal = LoginSeal(elapsedNanoseconds: 0)
    let ticket = LoginTicket(provider: "idp", target: .standard, elapsedNanoseconds: 0)

    init?() {
        guard let base = KeyAddress("https://idp.example", allowsLoopbackHTTP: false) else {
            return nil
        }
        self.base = base
        var settings = OpenIDSettings(
            name: "idp", issuer: base.text, at: base, clientID: "maxine")
        settings.algorithms = [.es256]
        settings.mapping.user = ClaimPath("email")
        settings.claims = [BoundClaim(ClaimPath("/a/b"), [ClaimGlob("x*y*z")])]
        self.settings = settings
        verifier = OpenIDVerifier(settings)
        let point = SigningKey(madeNanoseconds: 0).published
        let set = """
            {"keys":[{"kty":"EC","crv":"P-256","kid":"k1","x":"\(point.x)","y":"\(point.y)"}]}
            """
        guard (try? verifier.keys.take(Array(set.utf8))) != nil else { return nil }
    }

    func idToken(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        var writer = JSONWriter()
        writer.raw("{\"access_token\":\"a\",\"token_type\":\"bearer\",\"id_token\":")
        writer.string(text)
        writer.raw("}")
        guard let answer = try? TokenAnswer(writer.bytes) else { return }
        let token = try? verifier.judge(answer, of: ticket, code: "c", nowSeconds: Self.now)
        if token != nil { fatalError("an ID token is good that nobody signed") }
    }

    func claims(_ bytes: [UInt8]) {
        guard let claims = try? StrictJSON.parse(bytes, limits: .ofAProvider) else { return }
        guard let person = try? verifier.principal(claims) else { return }
        if person.id.utf8.filter({ $0 == UInt8(ascii: "@") }).count != 1 {
            fatalError("an address of \(person.id) is no address")
        }
    }
}
