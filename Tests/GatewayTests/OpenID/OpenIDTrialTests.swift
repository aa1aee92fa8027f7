import Auth
import Gateway
import PKI
import Support
import Testing

/// What `maxine auth test` says of an OpenID provider: what to register, and the first thing that is wrong.
@Suite(.timeLimit(.minutes(10))) struct OpenIDTrialTests {
    private func lines(
        _ house: OpenIDHouse, _ change: (inout OpenIDSettings) -> Void = { _ in }
    ) async throws -> (isGood: Bool, text: String) {
        var settings = try house.settings()
        change(&settings)
        var configuration = GatewayConfiguration()
        configuration.people.address = OpenIDHouse.address
        configuration.openIDProviders = [settings]
        let report = try #require(await OpenIDTrial.run("idp", in: configuration))
        return (
            report.isGood, report.lines.map { "\($0.name): \($0.value)" }.joined(separator: "\n")
        )
    }

    @Test func aSoundProviderIsShown() async throws {
        try await OpenIDHouse.with { house in
            let (isGood, text) = try await lines(house)
            #expect(isGood, "\(text)")
            #expect(text.contains(OpenIDHouse.address + OpenIDHouse.auth + "/callback"))
            #expect(text.contains("keys: read"))
            #expect(!text.contains("s3cret"))
            let none = await OpenIDTrial.run("other", in: GatewayConfiguration())
            #expect(none == nil)
        }
    }

    @Test func theFirstFaultIsNamed() async throws {
        try await OpenIDHouse.with { house in
            let secret = try await lines(house) { $0.proof = .post(.file("/nowhere/secret")) }
            #expect(!secret.isGood && secret.text.contains("first fault: auth.oidc.client_secret"))
            let issuer = try await lines(house) { $0.issuer += "/" }
            #expect(issuer.text.contains("another issuer"))
            house.server.answer("/keys", body: #"{"keys":[]}"#)
            let keys = try await lines(house)
            #expect(!keys.isGood && keys.text.contains("can be used"), "\(keys.text)")
            house.say(["code_challenge_methods_supported": #"["plain"]"#])
            #expect(try await lines(house).text.contains("S256 is not taken"))
        }
    }
}
