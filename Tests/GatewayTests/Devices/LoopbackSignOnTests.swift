import Foundation
import Gateway
import Support
import Testing

/// Programs that wait for a browser on their own machine get what that brings (RFC 8252), and nothing else is good for it.
@Suite(.timeLimit(.minutes(10))) struct LoopbackSignOnTests {
    private let house = DirectoryFixture()
    private static let form = "client_id=maxine&loopback_port=40123&state=st%26te"

    private func parameters(_ page: CurlAnswer) -> [String: String] {
        let place = page.headers["refresh"]?.dropFirst("0; url=".count) ?? ""
        #expect(place.hasPrefix("http://127.0.0.1:40123/?"), "\(page.headers)")
        let items = URLComponents(string: String(place))?.queryItems ?? []
        return Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $0 + $1 })
    }

    @Test func theBrowserBringsACodeThatIsGoodForThatProgramOnly() async throws {
        try await house.gateway().serving { gateway in
            let device = try await gateway.askDevice(Self.form)
            let other = try await gateway.askDevice(Self.form)
            let person = try OpenedSession(await gateway.signOn())
            let page = try await gateway.decide(device.userCode, "approve", person.cookie)
            let brought = parameters(page)
            #expect(brought["state"] == "st&te" && brought.count == 2, "\(brought)")
            let code = try #require(brought["code"])
            #expect(try await gateway.poll(device).error == "invalid_grant", "without it")
            #expect(try await gateway.poll(other, bringing: code).error == "authorization_pending")
            #expect(try await gateway.poll(device, bringing: "x").error == "invalid_grant")
            let word = try await gateway.poll(device, bringing: code)
            #expect(word.status == 200, "\(word.value)")
            #expect(try await gateway.ask(word.bearer).status == 200)
            #expect(try await gateway.poll(device, bringing: code).error == "invalid_grant")
            for secret in [code, device.code, word.session ?? "-"] {
                #expect(try !gateway.records().joined().contains(secret))
                #expect(!gateway.logText().contains(secret))
            }
        }
    }

    @Test func aRefusalReachesTheProgram() async throws {
        try await house.gateway().serving { gateway in
            let device = try await gateway.askDevice(Self.form)
            let person = try OpenedSession(await gateway.signOn())
            let page = try await gateway.decide(device.userCode, "deny", person.cookie)
            #expect(parameters(page) == ["error": "access_denied", "state": "st&te"])
            #expect(try await gateway.poll(device, bringing: "x").error == "access_denied")
        }
    }
}
