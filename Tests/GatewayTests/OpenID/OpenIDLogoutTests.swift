import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Signing off here says how to sign off at the provider as well (OpenID Connect RP-Initiated Logout 1.0).
@Suite(.timeLimit(.minutes(10))) struct OpenIDLogoutTests {
    @Test func theAnswerSaysWhereToGo() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let login = try await gateway.begin()
                let token = house.token(gateway, nonce: login.nonce)
                house.give(token)
                let opened = try OpenedLogin(await gateway.callBack(login))
                let off = try await gateway.post(
                    "logout", headers: [opened.cookie, gateway.origin])
                #expect(off.status == 200, "\(off.body)")
                #expect(off.cookies.first?.hasSuffix("Max-Age=0") == true)
                let next = try StrictJSON.parse(Array(off.body.utf8))["next"]?.string ?? ""
                let items = URLComponents(string: next)?.queryItems ?? []
                #expect(next.hasPrefix(house.server.address + "/out?"))
                #expect(items.first { $0.name == "id_token_hint" }?.value == token)
                #expect(
                    items.first { $0.name == "post_logout_redirect_uri" }?.value
                        == OpenIDHouse.address + "/")
                #expect(try await gateway.ask(opened.cookie).status == 401)
                #expect(try !gateway.records().joined().contains("eyJ"))
            }
        }
    }

    @Test func withoutAnEndpointThereNothingIsSaid() async throws {
        try await OpenIDHouse.with { house in
            house.say(["end_session_endpoint": nil])
            try await house.gateway().serving { gateway in
                let opened = try await gateway.signOn(at: house)
                let off = try await gateway.post(
                    "logout", headers: [opened.cookie, gateway.origin])
                #expect(off.status == 204 && off.body.isEmpty)
            }
        }
    }
}
