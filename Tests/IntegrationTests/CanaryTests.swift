import Foundation
import StrictJSON
import Support
import Testing

/// What people and their providers send to sign somebody on is neither in a file, nor in a log, nor in a metric afterwards.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CanaryTests {
    private static let auth = "/api/maxine/auth/"

    @Test(.enabled(if: GlewlwydServer.isThere, "glewlwyd is not installed: scripts/peers.sh"))
    func nothingOfOpenIDIsKept() throws {
        let (server, gateway) = try openID()
        let (location, login, back, session) = try signOn(gateway, server)
        // A refresh has come and gone when the provider's word is another.
        try server.change("alice", groups: ["staff"])
        let status = {
            try browse(gateway, "/api/maxine/status", cookie: "__Host-maxine=\(session)")
        }
        let end = Date().addingTimeInterval(60)
        while try status().status != 403, Date() < end { usleep(200_000) }
        try expectNowhere(
            [
                "the login's cookie": String(login.suffix(30)), "the session": session,
                "the state": try parameter("state", of: location),
                "the code": try parameter("code", of: back),
                "the client's secret": GlewlwydServer.secret, "a password": "wonderland",
                // What each token of the provider begins with: {"alg", {"typ" or {"kid".
                "a token": "eyJhbGci", "another token": "eyJ0eXAi", "a third": "eyJraWQi",
            ], gateway, besides: ["client.secret"])
    }

    /// Codes that a program and its person are shown, and the session that comes of them.
    @Test(.enabled(if: GlewlwydServer.isThere, "glewlwyd is not installed: scripts/peers.sh"))
    func nothingOfAProgramsSignOnIsKept() throws {
        let (server, gateway) = try openID()
        let session = try signOn(gateway, server).session
        let asked = try ask(gateway, "auth/device", "client_id=tool")
        let code = try #require(asked["device_code"]?.string)
        let shown = try #require(asked["user_code"]?.string)
        let page = try browse(
            gateway, "/device?user_code=\(shown)", cookie: "__Host-maxine=\(session)")
        let request = try #require(page.body.firstMatch(of: #/name="request" value="([^"]*)"/#))
        let confirmed = try Shell.run(
            Self.curl + [
                "-H", "cookie: __Host-maxine=\(session)", "-H", "origin: \(gateway.peopleAddress)",
                "-d", "user_code=\(shown)&request=\(request.output.1)&decision=approve",
                gateway.peopleAddress + "/device",
            ], directory: gateway.folder)
        #expect(confirmed.output.contains("Confirmed"), "\(confirmed.output)")
        let grant = "urn:ietf:params:oauth:grant-type:device_code"
        let got = try ask(
            gateway, "auth/device/token", "grant_type=\(grant)&device_code=\(code)")
        let token = try #require(got["access_token"]?.string)
        #expect(
            try ask(gateway, "auth/device/token", "grant_type=\(grant)&device_code=\(code)")[
                "error"] != nil)
        try expectNowhere(
            [
                "the device code": code, "the user's code": shown,
                "the user's code in one": shown.replacing("-", with: ""), "the session": token,
                "the browser's session": session,
            ], gateway, besides: [])
        #expect(gateway.stop() == 0)
    }

    @Test func nothingOfSAMLIsKept() throws {
        guard let house = try SAMLProcesses() else { return }
        for way in [SimpleSAML.Way.both, .sealed] {
            let form = try house.browser.form(way)
            let answer = try house.browser.post(form, way)
            let session = try value(answer.cookies.first { $0.hasPrefix("__Host-maxine=") })
            let refused = try house.browser.form(way)
            #expect(try house.browser.post(refused, way, jar: false).status == 400)
            let document = form.document
            let signature = try #require(document.firstRange(of: "SignatureValue>"))
            try expectNowhere(
                [
                    "the session": session, "the relay state": form.relayState,
                    "another relay state": refused.relayState,
                    "a response": Self.middle(of: form.response),
                    "a refused response": Self.middle(of: refused.response),
                    "its document": Self.middle(of: document),
                    "its signature": String(document[signature.upperBound...].prefix(40)),
                    "any signature": "SignatureValue",
                ], house.gateway, besides: [])
        }
        #expect(house.gateway.stop() == 0)
    }

    private static func middle(of text: String) -> String {
        String(text.dropFirst(text.count / 2).prefix(40))
    }
}

extension CanaryTests {
    private static let curl = [
        "curl", "-sS", "--max-time", "20", "--cacert", "certs/bundle.pem",
    ]

    /// A gateway whose people sign on at a real provider.
    private func openID() throws -> (GlewlwydServer, GatewayProcess) {
        let server = try GlewlwydServer()
        try server.signOn("alice")
        let gateway = try GatewayProcess(policy: GlewlwydTests.policy)
        let file = gateway.folder.appending(path: "maxine.yaml")
        let settings = try server.configuration(
            in: gateway.folder, more: "\n      confirm: 10s\n      userinfo: true")
        try (String(contentsOf: file, encoding: .utf8) + settings).write(
            to: file, atomically: true, encoding: .utf8)
        try gateway.start()
        return (server, gateway)
    }

    /// Signs alice on in her browser, and tells all that went to and fro.
    private func signOn(
        _ gateway: GatewayProcess, _ server: GlewlwydServer
    ) throws -> (location: String, login: String, back: String, session: String) {
        let begun = try browse(gateway, Self.auth + "oidc/idp?next=/here")
        let location = try #require(begun.headers["location"], "\(begun.body)")
        let login = String(try #require(begun.cookies.first).prefix { $0 != ";" })
        let back = try server.follow(location + "&g_continue", as: "alice")
        let answer = try browse(
            gateway, Self.auth + "oidc/idp/callback" + back.drop { $0 != "?" }, cookie: login)
        #expect(answer.status == 303, "\(answer.body)")
        let session = try value(answer.cookies.first { $0.hasPrefix("__Host-maxine=") })
        return (location, login, back, session)
    }

    /// Sends a program's form.
    private func ask(
        _ gateway: GatewayProcess, _ path: String, _ form: String
    ) throws -> JSONValue {
        let answer = try Shell.run(
            Self.curl + ["-d", form, gateway.peopleAddress + "/api/maxine/" + path],
            directory: gateway.folder)
        return try StrictJSON.parse(Array(answer.output.utf8))
    }

    private func value(_ cookie: String?) throws -> String {
        let pair = try #require(cookie).prefix { $0 != ";" }
        return String(pair.drop { $0 != "=" }.dropFirst())
    }

    private func parameter(_ name: String, of address: String) throws -> String {
        let items = try #require(URLComponents(string: address)?.queryItems)
        return try #require(items.first { $0.name == name }?.value)
    }

    private func browse(
        _ gateway: GatewayProcess, _ path: String, cookie: String? = nil
    ) throws -> CurlAnswer {
        let cookies = cookie.map { ["-H", "cookie: \($0)"] } ?? []
        return try CurlAnswer(
            Shell.run(
                Self.curl + ["-D", "-"] + cookies + [gateway.peopleAddress + path],
                directory: gateway.folder, timeoutSeconds: 30))
    }

    /// Looks into all files, the store's and the log's included, and the metrics, while the gateway runs and when it has ended.
    private func expectNowhere(
        _ secrets: [String: String], _ gateway: GatewayProcess, besides files: [String]
    ) throws {
        let metrics = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/metrics"]).output
        #expect(metrics.contains("maxine_ready"))
        let lines = files + ["maxine.yaml"]
        for (name, secret) in secrets {
            #expect(secret.count >= 8)
            #expect(!metrics.contains(secret), "\(name) is a metric")
            let found = try Shell.run(
                ["grep", "-rlaF"] + lines.map { "--exclude=\($0)" } + ["-e", secret, "."],
                directory: gateway.folder)
            #expect(found.status == 1, "\(name) is in \(found.output)\(found.error)")
        }
        let there = try Shell.run(
            ["grep", "-rlaF", "-e", "session.create", "."], directory: gateway.folder)
        #expect(there.output.contains("audit"), "what the test looks with finds what is there")
    }
}
