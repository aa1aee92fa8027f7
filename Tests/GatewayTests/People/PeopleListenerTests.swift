import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The listener of those who have no certificate of ours, seen by curl and openssl.
@Suite struct PeopleListenerTests {
    private static let policy = """
        maxine_policy: 1
        name: people
        bindings:
          - { role: viewer, subjects: [ { user: alice } ] }
          - { role: admin, subjects: [ { spiffe: "spiffe://{trust_domain}/operator/*" } ] }
        acl:
          - { id: see, effect: allow, subjects: [role:viewer, role:admin], actions: [service.read], resources: { services: ["*"] } }
        """

    private let words = WordAuthenticator()

    private func gateway(
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws -> InProcessGateway {
        var outside = OutsideParts()
        outside.authenticators = [words]
        return try InProcessGateway(policy: Self.policy, outside: outside, change)
    }

    private func ask(
        _ gateway: InProcessGateway, _ token: String?, headers: [String] = [],
        options: [String] = []
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            "GET", "/api/maxine/services",
            headers: headers + (token.map { ["authorization: Bearer \($0)"] } ?? []),
            options: options, at: gateway.peopleAddress)
    }

    @Test(arguments: [["--tls-max", "1.2", "--http1.1"], ["--tlsv1.3", "--http2"]])
    func aGoodCredentialReachesTheAPIsInEachVersionOfTLS(options: [String]) async throws {
        try await gateway().serving { gateway in
            let answer = try await ask(gateway, "alice", options: options)
            #expect(answer.status == 200, "\(answer.body)")
            #expect(answer.headers["cache-control"] == "no-store", "it is for whom it was asked")
            let record = try gateway.record(of: answer)
            #expect(gateway.asker(of: record) == "alice")
            #expect(record["action"]?.string == "service.read")
            #expect(record["client"]?["tls"]?.string == (options.contains("1.2") ? "1.2" : "1.3"))
            #expect(record["client"]?["cert"] == nil, "a certificate is never asked for")
            let status = try await gateway.curl(
                "GET", "/api/maxine/status", headers: ["authorization: Bearer alice"],
                at: gateway.peopleAddress)
            #expect(status.status == 200)
        }
    }

    @Test(arguments: [nil, "forged"])
    func whoBringsNoGoodCredentialIs401InOneRecord(token: String?) async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            let answer = try await ask(gateway, token)
            #expect(answer.status == 401)
            #expect(answer.headers["www-authenticate"] == "Bearer")
            #expect(answer.headers["cache-control"] == "no-store")
            #expect(answer.headers["content-type"] == "application/problem+json")
            let record = try gateway.record(of: answer)
            #expect(record["type"]?.string == "decision")
            #expect(record["gate"]?.string == "authn")
            #expect(record["principal"]?["kind"]?.string == "anonymous")
            #expect(!answer.body.contains("forged"))
        }
        let all = try gateway.journal().filter { $0["action"]?.string == "service.read" }
        #expect(all.count == 1)
    }

    @Test func aCredentialThatLostItsWorthIsRefusedOnTheNextRequest() async throws {
        try await gateway().serving { gateway in
            let pipe = try await Shell.aside {
                try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
            }
            let request =
                "GET /api/maxine/services HTTP/1.1\r\nhost: localhost\r\n"
                + "authorization: Bearer alice\r\n\r\n"
            let ask: @Sendable () async throws -> String = {
                try await Shell.aside {
                    pipe.send(request)
                    return pipe.answer()
                }
            }
            #expect(try await ask().hasPrefix("HTTP/1.1 200 "))
            try await gateway.reload(policy: "maxine_policy: 1\nname: closed\n")
            #expect(try await ask().hasPrefix("HTTP/1.1 403 "), "the policy is swapped here, too")
            words.revoke("alice")
            #expect(try await ask().hasPrefix("HTTP/1.1 401 "))
            pipe.close()
        }
    }

    static let hosts: [(String, Int)] = [
        ("localhost", 200), ("LocalHost:9999", 200), ("127.0.0.1", 200), ("[::1]:8444", 200),
        ("gateway.example", 200), ("192.0.2.7", 200), ("evil.example", 421),
        ("localhost.evil.example", 421), ("localhost.", 421), ("192.0.2.8", 421), ("[::2]", 421),
        ("gateway.example.", 421), ("xgateway.example", 421),
    ]

    @Test func theHostIsOneOfTheConfiguredNames() async throws {
        let gateway = try gateway {
            $0.identity.dnsNames = ["Gateway.example"]
            $0.identity.ipAddresses = ["192.0.2.7"]
        }
        try await gateway.serving { gateway in
            for version in ["--http1.1", "--http2"] {
                for (host, status) in Self.hosts {
                    let answer = try await ask(
                        gateway, "alice", headers: ["host: \(host)"], options: [version])
                    #expect(answer.status == status, "\(version) \(host): \(answer.body)")
                    #expect(!answer.body.contains("evil"))
                }
                let known = try await gateway.curl(
                    "GET", "/api/maxine/services", headers: ["host: evil.example"],
                    options: [version])
                #expect(known.status == 200, "a client certificate says whose the request is")
            }
        }
    }

    @Test func whatSomebodyKnownGetsWrongIsAlwaysOnRecord() async throws {
        try await gateway().serving { gateway in
            for _ in 0..<NoiseLimits.ownRecordsPerSource + 2 {
                let answer = try await gateway.curl(
                    "GET", "/api/maxine/services?wrong=1",
                    headers: ["authorization: Bearer alice"], at: gateway.peopleAddress)
                #expect(answer.status == 400)
                let record = try gateway.record(of: answer)
                #expect(gateway.asker(of: record) == "alice")
            }
        }
    }

    @Test func noiseBeforeTheHandshakeIsCounted() async throws {
        let gateway = try gateway()
        try await gateway.serving { gateway in
            let port = try #require(UInt16(gateway.peopleAddress.split(separator: ":").last ?? ""))
            for _ in 0..<NoiseLimits.ownRecordsPerSource + 2 {
                let closed = try await Shell.aside {
                    let socket = try PlainSocket(port: port)
                    socket.send("GET / HTTP/1.1\r\nhost: a\r\n\r\n")
                    return socket.waitForClose()
                }
                #expect(closed)
            }
        }
        let records = try gateway.journal().filter { $0["action"]?.string == "tls.handshake" }
        let own = records.filter { $0["type"]?.string == "decision" }
        #expect(own.count == NoiseLimits.ownRecordsPerSource)
        #expect(own.allSatisfy { $0["reason"]?.string?.hasPrefix("plaintext:") == true })
        let counted = records.compactMap { $0["detail"]?["count"]?.integer }
        #expect(counted.reduce(0, +) == 2)
    }
}
