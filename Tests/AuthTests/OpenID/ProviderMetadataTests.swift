import Support
import Testing

@testable import Auth

/// What a provider says of itself.
struct ProviderMetadataTests {
    private static let good: [String: String?] = [
        "issuer": #""https://idp.example""#,
        "authorization_endpoint": #""https://idp.example/auth""#,
        "token_endpoint": #""https://tokens.example/token""#,
        "jwks_uri": #""https://idp.example/keys""#,
        "code_challenge_methods_supported": #"["plain","S256"]"#,
    ]

    private func metadata(
        _ change: [String: String?] = [:], _ settings: (inout OpenIDSettings) -> Void = { _ in }
    ) throws -> ProviderMetadata {
        let members = Self.good.merging(change) { $1 }.compactMap { name, value in
            value.map { #""\#(name)":\#($0)"# }
        }
        let settings = try OpenIDFixture.settings(settings)
        let base = try #require(KeyAddress(OpenIDFixture.issuer, allowsLoopbackHTTP: false))
        return try ProviderMetadata(
            Array("{\(members.joined(separator: ","))}".utf8), of: settings, at: base)
    }

    @Test func whatIsUsedIsRead() throws {
        let read = try metadata([
            "userinfo_endpoint": #""https://idp.example/me""#,
            "end_session_endpoint": #""https://idp.example/out""#,
            "device_authorization_endpoint": #""https://idp.example/device""#,
            "authorization_response_iss_parameter_supported": "true", "x": "[1]",
        ])
        #expect(read.token.text == "https://tokens.example/token")
        #expect(read.userInfo?.text == "https://idp.example/me")
        #expect(read.endSession?.text == "https://idp.example/out")
        #expect(read.deviceAuthorization?.text == "https://idp.example/device")
        #expect(read.namesItself)
        #expect(try !metadata().namesItself)
    }

    private static let bad: [(String, String?, String)] = [
        ("issuer", nil, "another issuer"), ("issuer", #""https://idp.example/""#, "another issuer"),
        ("issuer", #""https://IDP.example""#, "another issuer"),
        ("code_challenge_methods_supported", nil, "does not say that PKCE"),
        ("code_challenge_methods_supported", #"["plain"]"#, "S256 is not taken"),
        ("code_challenge_methods_supported", #""S256""#, "S256 is not taken"),
        ("response_types_supported", #"["id_token"]"#, "codes are not given"),
        ("token_endpoint", nil, "no token_endpoint"), ("jwks_uri", nil, "no jwks_uri"),
        ("authorization_endpoint", nil, "no authorization_endpoint"),
        ("authorization_endpoint", #""http://idp.example/auth""#, "authorization_endpoint is no"),
        ("authorization_endpoint", #""javascript:alert(1)""#, "authorization_endpoint is no"),
        ("token_endpoint", #""https://169.254.169.254/t""#, "token_endpoint is no"),
        ("token_endpoint", #""http://127.0.0.1/t""#, "token_endpoint is no"),
        ("jwks_uri", #""file:///etc/passwd""#, "jwks_uri is no"),
        ("jwks_uri", #""https://169.254.169.254/k""#, "jwks_uri is no"),
        ("userinfo_endpoint", #""https://10.0.0.1/me""#, "userinfo_endpoint is no"),
        ("userinfo_endpoint", "1", "userinfo_endpoint is no"),
    ]

    @Test(arguments: bad) func refuses(member: String, value: String?, why: String) throws {
        let fault = #expect(throws: ProviderAnswerFault.self) { try metadata([member: value]) }
        #expect(fault?.description.contains(why) == true, "\(fault.debugDescription)")
    }

    @Test func onlyWhereItSaysNothingMayPKCEBeTakenForGranted() throws {
        #expect(throws: Never.self) {
            try metadata(["code_challenge_methods_supported": nil]) { $0.assumesS256 = true }
        }
        #expect(throws: ProviderAnswerFault.self) {
            try metadata(["code_challenge_methods_supported": #"["plain"]"#]) {
                $0.assumesS256 = true
            }
        }
    }

    @Test func browsersMayBeSentToANetworkOfTheirOwn() throws {
        #expect(throws: Never.self) {
            try metadata(["authorization_endpoint": #""https://10.0.0.1/auth""#])
        }
    }
}
