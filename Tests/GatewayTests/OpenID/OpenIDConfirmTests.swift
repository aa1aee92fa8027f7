import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// A provider is asked again by refresh tokens, and its word ends sessions.
@Suite(.timeLimit(.minutes(10))) struct OpenIDConfirmTests {
    private static let interval = Duration.seconds(300)

    /// Signs somebody on and has the confirmer see the session.
    private func begin(
        _ gateway: InProcessGateway, _ house: OpenIDHouse,
        more: String = #","refresh_token":"r3fresh-1""#
    ) async throws -> OpenedLogin {
        let opened = try await gateway.signOn(at: house, more: more)
        try await gateway.tick(.confirmations)
        return opened
    }

    private func confirm(_ gateway: InProcessGateway) async throws {
        gateway.clock.advance(by: Self.interval)
        try await gateway.tick(.confirmations)
    }

    @Test func groupsFollowTheProviderAndEachTokenIsUsedOnce() async throws {
        try await OpenIDHouse.with { house in
            let gateway = try house.gateway()
            try await gateway.serving { gateway in
                let opened = try await begin(gateway, house)
                for round in 1...3 {
                    let group = round == 2 ? #"["none"]"# : #"["ops"]"#
                    gateway.clock.advance(by: Self.interval)
                    house.give(
                        house.token(gateway, nonce: nil, ["groups": group]),
                        more: #","refresh_token":"r3fresh-\#(round + 1)""#)
                    try await gateway.tick(.confirmations)
                    let form = house.exchanges.last?.body ?? ""
                    #expect(form.contains("grant_type=refresh_token"))
                    #expect(form.contains("refresh_token=r3fresh-\(round)"), "\(form)")
                    let status = try await gateway.ask(opened.cookie).status
                    #expect(status == (round == 2 ? 403 : 200), "round \(round)")
                }
                #expect(house.exchanges.count == 4)
                #expect(try !gateway.records().joined().contains("r3fresh"))
                #expect(!gateway.logText().contains("r3fresh"))
            }
            let bytes = try gateway.left.names("data").filter { $0.hasPrefix("credentials") }
                .map { try gateway.left.bytes("data/" + $0) }
            #expect(!bytes.isEmpty)
            for file in bytes {
                #expect(!String(decoding: file, as: UTF8.self).contains("r3fresh"))
            }
        }
    }

    @Test func whoIsGoneAtTheProviderIsGoneHere() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let opened = try await begin(gateway, house)
                house.server.answer(
                    "/token", .init(status: 400, body: #"{"error":"invalid_grant"}"#))
                try await confirm(gateway)
                #expect(try await gateway.ask(opened.cookie).status == 401)
                let end = try await gateway.awaitRecord { $0["action"]?.string == "session.end" }
                #expect(end?["reason"]?.string?.contains("oidc_refresh_refused") == true)
            }
        }
    }

    /// As glewlwyd answers about somebody whom it no longer has.
    @Test func aRefusalWithoutAWordIsOne() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let opened = try await begin(gateway, house)
                house.server.answer("/token", .init(status: 400, contentType: "text/plain"))
                try await confirm(gateway)
                #expect(try await gateway.ask(opened.cookie).status == 401)
            }
        }
    }

    @Test func anotherPersonsTokenEndsTheSession() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let opened = try await begin(gateway, house)
                gateway.clock.advance(by: Self.interval)
                house.give(house.token(gateway, nonce: nil, ["sub": #""bob""#]))
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(opened.cookie).status == 401)
            }
        }
    }

    /// What rotates must not be lost on the way: the next time it is the new token that is shown.
    @Test func aProviderThatIsAwayKeepsTheSessionAndTheToken() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let opened = try await begin(gateway, house)
                house.server.answer("/token", .init(status: 500))
                try await confirm(gateway)
                #expect(try await gateway.ask(opened.cookie).status == 200)
                // The refresh is done, and its ID token is of a key that can't be read now.
                house.server.answer("/keys", .init(status: 500))
                let next = TestTokens(keyID: "k2")
                gateway.clock.advance(by: Self.interval)
                house.give(
                    house.token(gateway, nonce: nil, by: next),
                    more: #","refresh_token":"r3fresh-2""#)
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(opened.cookie).status == 200)
                house.server.answer("/keys", body: TestTokens.set(next.jwk()))
                gateway.clock.advance(by: Self.interval)
                house.give(house.token(gateway, nonce: nil, by: next))
                try await gateway.tick(.confirmations)
                #expect(house.exchanges.last?.body.contains("r3fresh-2") == true)
                #expect(try await gateway.ask(opened.cookie).status == 200)
            }
        }
    }

    /// Without a refresh token, the word is good for as long as the ID token says.
    @Test func withoutARefreshTokenTheSessionEndsWithTheWord() async throws {
        try await OpenIDHouse.with { house in
            try await house.gateway().serving { gateway in
                let login = try await gateway.begin()
                let end = gateway.clock.nanoseconds / 1_000_000_000 + 900
                house.give(
                    house.token(gateway, nonce: login.nonce, ["exp": String(end)]), more: "")
                let opened = try OpenedLogin(await gateway.callBack(login))
                try await gateway.tick(.confirmations)
                for _ in 0..<2 {
                    try await confirm(gateway)
                    #expect(try await gateway.ask(opened.cookie).status == 200)
                }
                try await confirm(gateway)
                #expect(try await gateway.ask(opened.cookie).status == 401)
                #expect(house.exchanges.count == 1)
            }
        }
    }

    /// Refresh tokens are in memory only.
    @Test func afterAStartTheSessionEndsWhenItsProviderWouldBeAsked() async throws {
        try await OpenIDHouse.with { house in
            let gateway = try house.gateway()
            let opened = try await gateway.serving { try await begin($0, house) }
            try await house.gateway(on: gateway).serving { gateway in
                #expect(try await gateway.ask(opened.cookie).status == 200)
                try await gateway.tick(.confirmations)
                #expect(try await gateway.ask(opened.cookie).status == 401)
                let end = try await gateway.awaitRecord { $0["action"]?.string == "session.end" }
                #expect(end?["reason"]?.string?.contains("oidc_refresh_missing") == true)
            }
        }
    }
}
