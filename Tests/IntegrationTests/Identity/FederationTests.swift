import Foundation
import StrictJSON
import Testing

/// Two trust domains on loopback: bundles polled, stored, never merged.
@Suite(.serialized, .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct FederationTests {
    private static let policy = """
        maxine_policy: 1
        name: federation
        bindings:
          - { role: admin, subjects: [ { spiffe: "spiffe://b.test/operator/*" } ] }
          - { role: viewer, subjects: [ { spiffe: "spiffe://a.test/ns/*/dc/*/svc/*" } ] }

        """

    private func first() throws -> GatewayProcess {
        let gateway = try GatewayProcess(
            configuration: "trust_domain: a.test\nidentity: { bundle_refresh: 1s }\n")
        try gateway.start()
        try gateway.issue("web")
        return gateway
    }

    private func second(_ federation: String, policy: String? = Self.policy) throws
        -> GatewayProcess
    {
        try GatewayProcess(
            policy: policy, configuration: "trust_domain: b.test\nfederation:\n  - \(federation)\n")
    }

    private func spiffe(
        _ a: GatewayProcess, id: String = "spiffe://a.test/ns/maxine/dc/dc1/svc/maxine"
    ) -> String {
        "{ trust_domain: a.test, url: \"\(a.federationAddress)/bundle\", profile: https_spiffe, "
            + "endpoint_id: \"\(id)\", bundle: \"\(a.folder.path)/pinned.pem\" }"
    }

    private func pin(_ a: GatewayProcess) throws {
        try FileManager.default.copyItem(
            at: a.folder.appending(path: "certs/bundle.pem"),
            to: a.folder.appending(path: "pinned.pem"))
    }

    /// The foreign workload asks the second gateway; nil when it is not let in.
    private func ask(_ b: GatewayProcess, as identity: String, of a: GatewayProcess) throws -> Int?
    {
        let files = a.folder.path + "/" + identity
        let answer = try? b.curl(
            anonymously: "GET", b.serviceAddress + "/api/maxine/status",
            options: ["--cert", files + "/svid.pem", "--key", files + "/svid.key"])
        return answer?.status
    }

    private func own(_ b: GatewayProcess) throws -> String? {
        try String(
            contentsOf: b.folder.appending(path: "data/federation/a.test.json"), encoding: .utf8)
    }

    @Test func followsAForeignTrustDomainThroughRotationAndCompromise() throws {
        let a = try first()
        try pin(a)
        let b = try second(spiffe(a))
        try b.start()
        #expect(try ask(b, as: "web", of: a) == 200)
        let record = try b.awaitRecord { $0["action"]?.string == "system.read" }
        #expect(record?["principal"]?["id"]?.string == "spiffe://a.test/ns/default/dc/dc1/svc/web")
        #expect(try comesTrue(seconds: 10) { try own(b)?.contains("spiffe_sequence") ?? false })
        #expect(
            try ask(a, as: "web", of: a) == 403, "its own gateway takes it, and its policy refuses")

        #expect(try a.maxine("ca", "prepare", "--kind", "root").status == 0)
        #expect(
            try comesTrue(seconds: 10) {
                try own(b).map { $0.components(separatedBy: "x5c").count == 3 } ?? false
            }, "the new root is polled before it is used")
        let show = try a.maxine("ca", "show").output
        #expect(!show.contains("poller "), "nobody lags behind:\n\(show)")
        #expect(try a.maxine("ca", "activate", "--kind", "root").status == 0)
        try a.issue("api")
        #expect(try ask(b, as: "api", of: a) == 200)
        #expect(try ask(b, as: "web", of: a) == 200, "what the old root signed is still good")

        let old = try #require(
            try StrictJSON.parse(Array(a.maxine("ca", "show", "--json").output.utf8))["authorities"]
                .flatMap { value -> String? in
                    guard case .array(let list) = value else { return nil }
                    return list.first {
                        $0["kind"]?.string == "root" && $0["state"]?.string == "old"
                    }?[
                        "authority"]?.string
                })
        // The operator's own certificate stands on the old root, so that is the last thing it can do.
        #expect(try a.maxine("ca", "compromise", old, "--yes").status == 0)
        #expect(try comesTrue(seconds: 10) { try ask(b, as: "web", of: a) == nil })
        #expect(try ask(b, as: "api", of: a) == 200)
        #expect(a.stop() == 0)
        #expect(b.stop() == 0)
        try b.start()
        #expect(
            try ask(b, as: "api", of: a) == 200, "the stored bundle is used while the other is away"
        )
        #expect(try ask(b, as: "web", of: a) == nil)
        #expect(b.stop() == 0)
    }

    @Test func neverTakesAnIdentityOfOneTrustDomainFromTheOther() throws {
        let a = try first()
        try pin(a)
        let b = try second(spiffe(a))
        try b.start()
        // An authority of b signs a name of a, and the other way round.
        var plan = OpenSSLAuthority.Plan()
        plan.uris = ["spiffe://a.test/ns/default/dc/dc1/svc/web"]
        let forged = try b.intermediate.issue("forged", plan)
        let pipe = try TLSPipe(b, as: forged)
        pipe.send("GET /api/maxine/services/web HTTP/1.1\r\nhost: localhost\r\n\r\n")
        #expect(pipe.waitForClose() && pipe.received.isEmpty)
        let record = try b.awaitRecord { $0["action"]?.string == "tls.handshake" }
        #expect(
            record?["reason"]?.string?.hasPrefix("untrusted:") ?? false,
            "\(String(describing: record))")
        #expect(try ask(a, as: "web", of: a) != nil)
        #expect(a.stop() == 0)
        #expect(b.stop() == 0)
    }

    @Test func takesNoBundleFromAServerWithAnotherIdentity() throws {
        let a = try first()
        try pin(a)
        let b = try second(spiffe(a, id: "spiffe://a.test/ns/maxine/dc/dc1/svc/other"))
        try b.start()
        #expect(try comesTrue(seconds: 10) { b.logText().contains("bundle of a.test not fetched") })
        #expect(
            !FileManager.default.fileExists(atPath: b.folder.path + "/data/federation/a.test.json"))
        #expect(a.stop() == 0)
        #expect(b.stop() == 0)
    }

    @Test func fetchesOverTheWebProfile() throws {
        let a = try first()
        let bundle = try a.curl(anonymously: "GET", a.federationAddress + "/bundle").body
        try Data(bundle.utf8).write(to: a.folder.appending(path: "bundle.json"))
        let web = try WebServer(folder: a.folder)
        for (authorities, isTaken) in [("web-ca.pem", true), ("certs/bundle.pem", false)] {
            let b = try second(
                "{ trust_domain: a.test, url: \"https://localhost:\(web.port)/bundle.json\", "
                    + "profile: https_web, authorities: \"\(a.folder.path)/\(authorities)\" }")
            try b.start()
            let word = isTaken ? "bundle of a.test: sequence" : "bundle of a.test not fetched"
            #expect(try comesTrue(seconds: 10) { b.logText().contains(word) }, "\(b.logText())")
            #expect(try ask(b, as: "web", of: a) == (isTaken ? 200 : nil))
            #expect(b.stop() == 0)
        }
        #expect(a.stop() == 0)
    }

    @Test(arguments: [
        ("{ trust_domain: a.test }", "url must be an https URL"),
        (
            "{ trust_domain: a.test, url: \"http://x/\", profile: https_web }",
            "url must be an https URL"
        ),
        (
            "{ trust_domain: a.test, url: \"https://u@x/\", profile: https_web }",
            "url must be an https URL"
        ),
        (
            "{ trust_domain: A.test, url: \"https://x/\", profile: https_web }",
            "trust_domain must be"
        ),
        ("{ trust_domain: a.test, url: \"https://x/\", profile: web }", "profile must be"),
        (
            "{ trust_domain: a.test, url: \"https://x/\", profile: https_spiffe }",
            "needs endpoint_id"
        ),
        (
            "{ trust_domain: a.test, url: \"https://x/\", profile: https_spiffe, endpoint_id: \"spiffe://a.test/x\" }",
            "needs bundle"
        ),
        ("{ trust_domain: b.test, url: \"https://x/\", profile: https_web }", "own trust domain"),
        ("{ trust_domain: a.test, more: 1 }", "maxine.yaml:4:"),
    ])
    func refusesToStartWithAFederationThatCannotWork(_ text: String, _ message: String) throws {
        let b = try second(text, policy: nil)
        #expect(throws: GatewayProcess.NotStarted.self) { try b.start() }
        #expect(b.logText().contains(message), "\(b.logText())")
    }

    private func comesTrue(seconds: Double, _ isTrue: () throws -> Bool) throws -> Bool {
        let deadline = Date().addingTimeInterval(seconds)
        repeat {
            if try isTrue() { return true }
            usleep(200_000)
        } while Date() < deadline
        return false
    }
}

/// Python's https server with a certificate of a web authority that openssl makes.
final class WebServer {
    let port: Int
    private let process = Process()

    init(folder: URL) throws {
        let make = """
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout web-ca.key -out web-ca.pem \
            -subj /CN=web -days 2 -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign && \
            openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout web.key -out web.pem \
            -subj /CN=localhost -days 2 -CA web-ca.pem -CAkey web-ca.key -addext subjectAltName=DNS:localhost \
            -addext basicConstraints=critical,CA:FALSE
            """
        let made = try Shell.run(["sh", "-c", make], directory: folder)
        if made.status != 0 {
            // OpenSSL before 3.2 can't sign with -CA in req: in two steps.
            let steps = """
                openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout web.key -out web.csr -subj /CN=localhost && \
                printf 'subjectAltName=DNS:localhost' > web.ext && \
                openssl x509 -req -in web.csr -CA web-ca.pem -CAkey web-ca.key -CAcreateserial -days 2 -extfile web.ext -out web.pem
                """
            _ = try Shell.run(["sh", "-c", steps], directory: folder)
        }
        let script = """
            import http.server, ssl
            server = http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain('web.pem', 'web.key')
            server.socket = context.wrap_socket(server.socket, server_side=True)
            open('web.port', 'w').write(str(server.server_address[1]) + '\\n')
            server.serve_forever()
            """
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", script]
        process.currentDirectoryURL = folder
        process.standardError = FileHandle.nullDevice
        try process.runWithOpenSignals()
        let file = folder.appending(path: "web.port")
        let deadline = Date().addingTimeInterval(10)
        while Date() < deadline {
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            if text.hasSuffix("\n"), let port = Int(text.dropLast()) {
                self.port = port
                return
            }
            usleep(20_000)
        }
        throw GatewayProcess.NotStarted(description: "no web server")
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}
