import Auth
import Foundation
import StrictJSON
import Support
import Testing

@testable import Gateway

/// Keys that come over HTTPS: when they are fetched, and what is not taken.
@Suite(.timeLimit(.minutes(10))) struct KeyFetchTests {
    private static let policy = """
        maxine_policy: 1
        name: tokens
        bindings:
          - { role: viewer, subjects: [{ group: idp/ops }] }
        """
    let mint = TestTokens()

    private func issuer(
        _ server: KeyServer, _ keys: KeySource, iss: String = "https://idp.example"
    ) -> TokenIssuer {
        var issuer = TokenIssuer(name: "idp", issuer: iss, audiences: ["maxine"], keys: keys)
        issuer.authorities = server.authorities
        return issuer
    }

    private func address(_ server: KeyServer, _ path: String = "/keys") throws -> KeyAddress {
        try #require(KeyAddress(server.address + path, allowsLoopbackHTTP: false))
    }

    private func gateway(_ issuer: TokenIssuer) throws -> InProcessGateway {
        try InProcessGateway(policy: Self.policy) { $0.tokenIssuers = [issuer] }
    }

    private func status(
        _ gateway: InProcessGateway, by mint: TestTokens? = nil, iss: String? = nil
    ) async throws -> Int {
        var change: [String: String?] = ["groups": #""ops""#]
        if let iss { change["iss"] = "\"\(iss)\"" }
        let token = (mint ?? self.mint).token(
            claims: TestTokens.claims(gateway.clock.nanoseconds / 1_000_000_000, change))
        return try await gateway.curl(
            "GET", "/api/maxine/status", headers: ["Authorization: Bearer \(token)"]
        ).status
    }

    private func fetch(_ issuer: TokenIssuer) async -> Result<[UInt8], KeyReadingFault> {
        do throws(KeyReadingFault) {
            switch issuer.keys {
            case .file(let path): return .success(try KeySetFile.read(path))
            case .address(let address):
                return .success(try await KeyFetch(issuer: issuer).keySet(at: address))
            case .discovery(let base):
                return .success(try await KeyFetch(issuer: issuer).keySet(discoveredAt: base))
            }
        } catch {
            return .failure(error)
        }
    }

    @Test func anUnknownKeyIsFetchedAtMostOnceAMinute() async throws {
        try await KeyServer.with { server in
            server.answer("/keys", body: TestTokens.set(mint.jwk()))
            let next = TestTokens(keyID: "k2")
            try await gateway(issuer(server, .address(try address(server)))).serving { gateway in
                #expect(try await status(gateway) == 401, "nothing is fetched yet")
                try await gateway.tick(.issuers)
                #expect(server.paths.count == 1)
                #expect(try await status(gateway) == 200)
                server.answer("/keys", body: TestTokens.set(mint.jwk(), next.jwk()))
                for kid in 0..<20 {
                    let stranger = TestTokens(keyID: "unknown-\(kid)")
                    #expect(try await status(gateway, by: stranger) == 401)
                    try await gateway.tick(.issuers)
                }
                #expect(server.paths.count == 1, "a minute is not over")
                gateway.clock.advance(by: .seconds(60))
                try await gateway.tick(.issuers)
                #expect(server.paths.count == 2)
                #expect(try await status(gateway, by: next) == 200)
                // Nobody asks for anything unknown: nothing is fetched until the keys are five minutes old.
                gateway.clock.advance(by: .seconds(239))
                try await gateway.tick(.issuers)
                #expect(server.paths.count == 2)
                gateway.clock.advance(by: .seconds(61))
                try await gateway.tick(.issuers)
                #expect(server.paths.count == 3)
                #expect(Set(server.paths) == ["/keys"])
            }
        }
    }

    @Test func theOldKeysAreKeptWhenAFetchFails() async throws {
        try await KeyServer.with { server in
            server.answer("/keys", body: TestTokens.set(mint.jwk()))
            try await gateway(issuer(server, .address(try address(server)))).serving { gateway in
                try await gateway.tick(.issuers)
                for page in [
                    KeyServer.Page(status: 500), KeyServer.Page(body: "{}"),
                    KeyServer.Page(status: 302, location: server.address + "/other"),
                ] {
                    server.answer("/keys", page)
                    gateway.clock.advance(by: .seconds(300))
                    try await gateway.tick(.issuers)
                    #expect(try await status(gateway) == 200)
                }
                let log = try String(
                    contentsOf: gateway.folder.appending(path: "serve.log"), encoding: .utf8)
                #expect(log.contains("those from before stay in force"))
                #expect(try await gateway.page("/readyz").body.contains("issuer idp"))
                server.answer("/keys", body: TestTokens.set(mint.jwk()))
                gateway.clock.advance(by: .seconds(60))
                try await gateway.tick(.issuers)
                #expect(!(try await gateway.page("/readyz").body.contains("issuer idp")))
                #expect(Set(server.paths) == ["/keys"], "no redirect is followed")
            }
        }
    }

    @Test func theIssuersMetadataNamesItsKeys() async throws {
        try await KeyServer.with { server in
            let metadata = "/realm/.well-known/openid-configuration"
            let iss = server.address + "/realm"
            server.answer(
                metadata,
                body: #"{"issuer":"\#(iss)","jwks_uri":"\#(server.address)/realm/keys","x":[1]}"#)
            server.answer("/realm/keys", body: TestTokens.set(mint.jwk()))
            let issuer = issuer(server, .discovery(try address(server, "/realm")), iss: iss)
            try await gateway(issuer).serving { gateway in
                try await gateway.tick(.issuers)
                #expect(try await status(gateway, iss: iss) == 200)
                #expect(server.paths == [metadata, "/realm/keys"])
            }
        }
    }

    @Test(arguments: [
        (#"{"issuer":"OTHER","jwks_uri":"SELF/keys"}"#, "of another issuer"),
        (#"{"issuer":"SELF/","jwks_uri":"SELF/keys"}"#, "of another issuer"),
        (#"{"jwks_uri":"SELF/keys"}"#, "of another issuer"),
        (#"{"issuer":"SELF"}"#, "names no address"),
        (#"{"issuer":"SELF","jwks_uri":"http://127.0.0.1/keys"}"#, "names no address"),
        (#"{"issuer":"SELF","jwks_uri":"file:///etc/passwd"}"#, "names no address"),
        (#"{"issuer":"SELF","jwks_uri":"https://169.254.169.254/keys"}"#, "names no address"),
        (#"{"issuer":"SELF","jwks_uri":"https://10.0.0.1/keys"}"#, "names no address"),
        (#"{"issuer":"SELF","jwks_uri":"https://[::1]/keys"}"#, "names no address"),
        (#"{"issuer":"SELF","jwks_uri":"https://[::ffff:10.0.0.1]/keys"}"#, "names no address"),
        (#"{"issuer":"SELF","jwks_uri":"https://a@127.0.0.1/keys"}"#, "names no address"),
        (#"{"issuer":"SELF","jwks_uri":5}"#, "names no address"),
        ("[]", "of another issuer"), ("nonsense", "one JSON object"),
        (#"{"issuer":"SELF","issuer":"SELF"}"#, "one JSON object"),
    ])
    func metadataThatLeadsAstrayIsNotFollowed(_ text: String, _ why: String) async throws {
        try await KeyServer.with { server in
            let metadata = "/.well-known/openid-configuration"
            server.answer(
                metadata, body: text.replacingOccurrences(of: "SELF", with: server.address))
            let issuer = issuer(
                server, .discovery(try address(server, "")), iss: server.address)
            guard case .failure(let fault) = await fetch(issuer) else {
                Issue.record("fetched")
                return
            }
            #expect(fault.description.contains(why), "\(fault)")
            #expect(server.paths == [metadata])
        }
    }

    @Test func whatIsNoHonestAnswerIsNotTaken() async throws {
        try await KeyServer.with { server in
            let huge = String(repeating: "a", count: TokenLimits.keySetBytesMax + 1)
            server.answer("/huge", body: huge)
            server.answer(
                "/moved", KeyServer.Page(status: 302, location: server.address + "/keys"))
            server.answer("/keys", body: TestTokens.set(mint.jwk()))
            for (path, why) in [
                ("/huge", "longer than"), ("/moved", "answers 302, not 200"),
                ("/none", "answers 404, not 200"),
            ] {
                guard
                    case .failure(let fault) = await fetch(
                        issuer(server, .address(try address(server, path))))
                else {
                    Issue.record("\(path) is taken")
                    continue
                }
                #expect(fault.description.contains(why), "\(fault)")
            }
            // Of an authority that nobody named.
            var issuer = issuer(server, .address(try address(server)))
            issuer.authorities = nil
            guard case .failure(let fault) = await fetch(issuer) else {
                Issue.record("a certificate of nobody is taken")
                return
            }
            #expect(fault.description.contains("certificate"), "\(fault)")
            issuer.authorities = server.authorities + ".none"
            guard case .failure(let missing) = await fetch(issuer) else { return }
            #expect(missing.description.contains("no certificates"), "\(missing)")
        }
    }

    @Test func httpIsForThisMachineAndOnlyWhereItIsWanted() async throws {
        try await KeyServer.with(secure: false) { server in
            server.answer("/keys", body: TestTokens.set(mint.jwk()))
            #expect(KeyAddress(server.address + "/keys", allowsLoopbackHTTP: false) == nil)
            let address = try #require(
                KeyAddress(server.address + "/keys", allowsLoopbackHTTP: true))
            let issuer = TokenIssuer(
                name: "idp", issuer: "x", audiences: ["m"], keys: .address(address))
            let fetched = await fetch(issuer)
            #expect(throws: Never.self) { try fetched.get() }
        }
    }

    /// A server that takes the request and never answers holds up neither the gateway nor its end.
    @Test func aSilentServerHoldsNobodyUp() async throws {
        try await KeyServer.with { server in
            server.answer("/keys", KeyServer.Page(isSilent: true))
            try await gateway(issuer(server, .address(try address(server)))).serving { gateway in
                // It ends with the gateway, whose service never comes to its next round.
                let look = Task { try? await gateway.tick(.issuers) }
                while server.paths.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
                #expect(try await status(gateway) == 401)
                #expect(
                    try await gateway.curl("GET", "/api/maxine/status").status == 403,
                    "the operator has no role here")
                look.cancel()
            }
        }
    }
}
