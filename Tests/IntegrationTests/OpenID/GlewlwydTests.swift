import Foundation
import StrictJSON
import Support
import Testing

/// People sign on at a real OpenID provider, lose what they lose there, and are signed off from there.
@Suite(
    .serialized,
    .enabled(if: GlewlwydServer.isThere, "glewlwyd is not installed: scripts/peers.sh"))
struct GlewlwydTests {
    static let policy = """
        maxine_policy: 1
        name: openid
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ group: idp/ops }] }
          - { role: public, subjects: [{ anonymous: true }] }
        """
    private static let auth = "/api/maxine/auth/"

    private func started(_ server: GlewlwydServer, more: String = "") throws -> GatewayProcess {
        let gateway = try GatewayProcess(policy: Self.policy, listen: ", people: \"127.0.0.1:0\"")
        let file = gateway.folder.appending(path: "maxine.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try (text + server.configuration(in: gateway.folder, more: more)).write(
            to: file, atomically: true, encoding: .utf8)
        try gateway.start()
        return gateway
    }

    /// One request of a browser to the people listener.
    private func browse(
        _ gateway: GatewayProcess, _ path: String, cookie: String? = nil, method: String = "GET",
        _ options: [String] = []
    ) throws -> CurlAnswer {
        let cookies = cookie.map { ["-H", "cookie: \($0)"] } ?? []
        return try CurlAnswer(
            Shell.run(
                [
                    "curl", "-sS", "-D", "-", "--max-time", "20", "-X", method, "--cacert",
                    "certs/bundle.pem",
                ] + cookies + options + [gateway.peopleAddress + path],
                directory: gateway.folder, timeoutSeconds: 30))
    }

    /// Goes to the provider and back; the answer is the callback's.
    private func signOn(
        _ gateway: GatewayProcess, _ server: GlewlwydServer, _ person: String = "alice"
    ) throws -> (answer: CurlAnswer, query: String) {
        let begun = try browse(gateway, Self.auth + "oidc/idp?next=/here")
        let location = try #require(begun.headers["location"], "\(begun.body)")
        let cookie = try #require(begun.cookies.first?.prefix { $0 != ";" })
        let back = try server.follow(location + "&g_continue", as: person)
        #expect(back.hasPrefix(GlewlwydServer.callback + "?"), "\(back)")
        let query = String(back.dropFirst(GlewlwydServer.callback.count + 1))
        let answer = try browse(
            gateway, Self.auth + "oidc/idp/callback?" + query, cookie: String(cookie))
        return (answer, query)
    }

    private func session(_ answer: CurlAnswer) throws -> String {
        #expect(answer.status == 303, "\(answer.body)")
        let cookie = answer.cookies.first { $0.hasPrefix("__Host-maxine=") }
        return String(try #require(cookie).prefix { $0 != ";" })
    }

    private func status(_ gateway: GatewayProcess, _ session: String) throws -> Int {
        try browse(gateway, "/api/maxine/status", cookie: session).status
    }

    /// Waits until a session is answered so.
    private func awaitStatus(
        _ wanted: Int, _ gateway: GatewayProcess, _ session: String
    ) throws -> Bool {
        let deadline = Date().addingTimeInterval(60)
        while Date() < deadline {
            if try status(gateway, session) == wanted { return true }
            usleep(200_000)
        }
        return false
    }

    @Test func aPersonSignsOnAndACodeIsGoodOnce() throws {
        let server = try GlewlwydServer()
        try server.signOn("alice")
        let gateway = try started(server)
        let (answer, query) = try signOn(gateway, server)
        #expect(answer.headers["location"] == "/here")
        let who = try browse(gateway, Self.auth + "whoami", cookie: session(answer))
        #expect(who.body.contains(#""idp/alice""#) && who.body.contains("viewer"), "\(who.body)")
        #expect(try status(gateway, session(answer)) == 200)
        // The same code for another sign-on.
        let begun = try browse(gateway, Self.auth + "oidc/idp")
        let location = try #require(begun.headers["location"])
        let state = try #require(
            URLComponents(string: location)?.queryItems?.first { $0.name == "state" }?.value)
        let code = try #require(query.split(separator: "&").first { $0.hasPrefix("code=") })
        let cookie = String(try #require(begun.cookies.first).prefix { $0 != ";" })
        let replayed = try browse(
            gateway, Self.auth + "oidc/idp/callback?\(code)&state=\(state)", cookie: cookie)
        #expect(replayed.status == 403, "\(replayed.body)")
        #expect(gateway.stop() == 0)
        let log = try gateway.records().joined()
        #expect(log.contains("oidc_code_refused"))
        for secret in [String(code.dropFirst(5)), "eyJ", GlewlwydServer.secret, "wonderland"] {
            #expect(!log.contains(secret) && !gateway.logText().contains(secret))
        }
        #expect(try gateway.maxine("audit", "verify").status == 0)
    }

    /// Groups and people that change at the provider change here, by refresh tokens that are each good once.
    @Test func whatChangesThereChangesHere() throws {
        let server = try GlewlwydServer()
        try server.add("bob", groups: ["ops"])
        try server.signOn("alice")
        try server.signOn("bob")
        let gateway = try started(server, more: "\n      confirm: 10s\n      userinfo: true")
        let alice = try session(signOn(gateway, server).answer)
        let bob = try session(signOn(gateway, server, "bob").answer)
        try server.change("alice", groups: ["staff"])
        try server.remove("bob")
        #expect(try awaitStatus(403, gateway, alice), "the group is gone")
        #expect(try awaitStatus(401, gateway, bob), "the person is gone")
        try server.change("alice", groups: ["staff", "ops"])
        #expect(try awaitStatus(200, gateway, alice), "the second refresh worked, too")
        #expect(gateway.stop() == 0)
        #expect(try gateway.records("session.end").joined().contains("oidc_refresh_refused"))
    }

    @Test func signingOffThereEndsTheSessionHere() throws {
        let server = try GlewlwydServer()
        try server.signOn("alice")
        let gateway = try started(server)
        let one = try session(signOn(gateway, server).answer)
        try server.endSession(of: "alice")
        let deadline = Date().addingTimeInterval(10)
        while try server.logouts().isEmpty, Date() < deadline { usleep(20_000) }
        let form = try #require(try server.logouts().first, "no logout token was sent")
        let began = Date()
        let sent = try browse(
            gateway, Self.auth + "oidc/idp/backchannel-logout", method: "POST",
            ["--data-binary", form])
        #expect(sent.status == 200, "\(sent.body)")
        #expect(try status(gateway, one) == 401)
        #expect(Date().timeIntervalSince(began) < 1, "what was signed off there ends here at once")
        let again = try browse(
            gateway, Self.auth + "oidc/idp/backchannel-logout", method: "POST",
            ["--data-binary", form])
        #expect(again.status == 400)
        #expect(gateway.stop() == 0)
    }

    /// `maxine login` by a code of the provider's own, whose page nobody of ours has to reach.
    @Test func aProgramIsConfirmedAtTheProvider() throws {
        let server = try GlewlwydServer()
        try server.signOn("alice")
        let gateway = try started(server, more: "\n      device_flow: true")
        let folder = gateway.folder
        for name in ["out", "err"] { try Data().write(to: folder.appending(path: name)) }
        let command = try ChildProcess(
            [
                GatewayProcess.binary, "login", "--addr", gateway.peopleAddress, "--device",
                "--provider", "idp", "--at-provider",
            ],
            environment: Shell.cleanEnvironment.merging(
                ["MAXINE_SESSION": folder.path + "/session"]) { $1 }, directory: folder,
            output: .file(folder.path + "/out"), error: .file(folder.path + "/err"))
        let deadline = Date().addingTimeInterval(20)
        var code: String?
        while code == nil, Date() < deadline {
            let said = try String(contentsOf: folder.appending(path: "err"), encoding: .utf8)
            code = said.firstMatch(of: #/type\n +(\S+)\n/#).map { String($0.output.1) }
            usleep(20_000)
        }
        let shown = try String(contentsOf: folder.appending(path: "err"), encoding: .utf8)
        let typed = try #require(code, "\(shown) \(gateway.logText())")
        let there = try server.follow(
            server.issuer + "/device?code=\(typed)&g_continue", as: "alice")
        #expect(!there.contains("error"), "\(there)")
        let said = try String(contentsOf: folder.appending(path: "err"), encoding: .utf8)
        #expect(command.status(within: 40) == 0, "\(said)")
        let out = try String(contentsOf: folder.appending(path: "out"), encoding: .utf8)
        #expect(out.contains("signed on as idp/alice until "), "\(out)")
        let secret =
            try StrictJSON.parse(
                Array(Data(contentsOf: folder.appending(path: "session"))))["session"]?.string ?? ""
        let who = try browse(
            gateway, Self.auth + "whoami", cookie: "__Host-maxine=\(secret)")
        #expect(who.body.contains("viewer"), "\(who.body)")
        #expect(gateway.stop() == 0)
        #expect(!gateway.logText().contains(secret))
    }

    @Test func signingOffHereSaysHowToSignOffThere() throws {
        let server = try GlewlwydServer()
        try server.signOn("alice")
        let gateway = try started(server)
        let one = try session(signOn(gateway, server).answer)
        let port = gateway.peopleAddress.split(separator: ":").last ?? ""
        let off = try browse(
            gateway, Self.auth + "logout", cookie: one, method: "POST",
            ["-H", "origin: https://localhost:\(port)"])
        #expect(off.status == 200, "\(off.body)")
        let value = try StrictJSON.parse(Array(off.body.utf8))
        let next = try #require(value["next"]?.string)
        #expect(next.hasPrefix(server.issuer + "/end_session?id_token_hint="))
        #expect(try status(gateway, one) == 401)
        let there = try server.follow(next, as: "alice")
        #expect(!there.contains("error"), "\(there)")
        #expect(gateway.stop() == 0)
    }
}
