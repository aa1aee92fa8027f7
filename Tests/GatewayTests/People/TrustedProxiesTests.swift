import Gateway
import Policy
import StrictJSON
import Support
import Testing

/// Whom a proxy forwards a request for, and who is believed about it.
@Suite struct TrustedProxiesTests {
    private let proxies = TrustedProxies(["127.0.0.1", "10.0.0.0/8", "2001:db8::/32"])

    static let rows: [(fields: [String], client: String)] = [
        ([], "127.0.0.1"),
        ([""], "127.0.0.1"),
        (["203.0.113.9"], "203.0.113.9"),
        (["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        (["1.2.3.4,203.0.113.9 ,\t10.1.2.3, 10.9.9.9"], "203.0.113.9"),
        (["203.0.113.9", "10.1.2.3"], "203.0.113.9"),
        (["10.1.2.3", "203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9:4711"], "203.0.113.9"),
        (["[2001:db9::1]:4711"], "2001:db9::1"),
        (["[2001:db9::1]"], "2001:db9::1"),
        (["2001:db9::1, 2001:db8::5"], "2001:db9::1"),
        (["10.1.2.3, 10.9.9.9"], "10.1.2.3"),
        (["203.0.113.9, unknown"], "127.0.0.1"),
        (["203.0.113.9, unknown, 10.1.2.3"], "10.1.2.3"),
        (["203.0.113.9, 10.1.2.3,"], "127.0.0.1"),
        (["for=203.0.113.9"], "127.0.0.1"),
        (["203.0.113.9:x"], "127.0.0.1"),
        (["203.0.113.9:123456"], "127.0.0.1"),
        (["[203.0.113.9"], "127.0.0.1"),
        (["0x7f.1"], "127.0.0.1"),
        ([Array(repeating: "10.0.0.1", count: 40).joined(separator: ",")], "10.0.0.1"),
        (
            ["203.0.113.9," + Array(repeating: "10.0.0.1", count: 16).joined(separator: ",")],
            "10.0.0.1"
        ),
    ]

    @Test(arguments: rows)
    func theFirstFromTheRightThatIsNoProxy(fields: [String], client: String) throws {
        let proxy = try #require(IPAddress(parsing: "127.0.0.1"))
        #expect(proxies.client(behind: proxy, fields) == IPAddress(parsing: client))
    }

    private static let policy = """
        maxine_policy: 1
        name: proxies
        bindings: [ { role: viewer, subjects: [ { user: alice } ] } ]
        acl:
          - id: from-there
            effect: allow
            subjects: [role:viewer]
            actions: [service.read]
            resources: { services: ["*"] }
            when: { source_ip: ["203.0.113.0/24"] }
        """

    @Test(arguments: [["127.0.0.0/8"], []])
    func onlyWhoIsConfiguredIsBelieved(proxies: [String]) async throws {
        var outside = OutsideParts()
        outside.authenticators = [WordAuthenticator()]
        let gateway = try InProcessGateway(policy: Self.policy, outside: outside) {
            $0.trustedProxies = proxies
        }
        try await gateway.serving { gateway in
            for (forwarded, isThere) in [("203.0.113.9", true), ("198.51.100.1", false)] {
                let answer = try await gateway.curl(
                    "GET", "/api/maxine/services",
                    headers: [
                        "authorization: Bearer alice", "x-forwarded-for: 1.1.1.1, \(forwarded)",
                        "forwarded: for=203.0.113.1", "x-real-ip: 203.0.113.1",
                    ], at: gateway.peopleAddress)
                let isBelieved = !proxies.isEmpty
                #expect(answer.status == (isBelieved && isThere ? 200 : 403), "\(answer.body)")
                let record = try gateway.record(of: answer)
                let address = gateway.address(of: record)
                #expect(address == (isBelieved ? forwarded : "127.0.0.1"))
                #expect(
                    (record["client"]?["port"]?.integer == 0) == isBelieved,
                    "its port is not known")
            }
            let service = try await gateway.curl(
                "GET", "/api/maxine/status", headers: ["x-forwarded-for: 203.0.113.9"])
            #expect(
                try gateway.record(of: service)["client"]?["ip"]?.string == "127.0.0.1",
                "who has a certificate speaks for himself")
        }
    }

    /// On one connection of a proxy requests come from many, and each has its own rate and place in records.
    @Test func eachRequestOfAConnectionHasItsOwnClient() async throws {
        let gateway = try InProcessGateway {
            $0.trustedProxies = ["127.0.0.1"]
            $0.limits.sourceRate = 1
            $0.limits.sourceBurst = 2
        }
        try await gateway.serving { gateway in
            let answers = try await Shell.aside {
                let pipe = try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
                defer { pipe.close() }
                return ["203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2"].map { client in
                    pipe.send(
                        "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n"
                            + "x-forwarded-for: \(client)\r\n\r\n")
                    return pipe.answer()
                }
            }
            #expect(answers.map { $0.prefix(12) } == [401, 401, 429, 401].map { "HTTP/1.1 \($0)" })
        }
    }

    /// What a key hangs on is looked at for each client, though the connection has shown it before.
    @Test func aKeyOfCertainAddressesIsLookedAtForEachClientOfAConnection() async throws {
        let gateway = try InProcessGateway(policy: KeyPolicy.text) {
            $0.trustedProxies = ["127.0.0.1"]
        }
        try await gateway.serving { gateway in
            let key = try await gateway.makeKey(
                #""scopes":["registry:read"],"cidrs":["203.0.113.1"]"#)
            let answers = try await Shell.aside {
                let pipe = try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
                defer { pipe.close() }
                return ["203.0.113.1", "203.0.113.2", "203.0.113.1"].map { client in
                    pipe.send(
                        "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n"
                            + "x-api-key: \(key.text)\r\nx-forwarded-for: \(client)\r\n\r\n")
                    return pipe.answer()
                }
            }
            #expect(answers.map { $0.prefix(12) } == [200, 401, 200].map { "HTTP/1.1 \($0)" })
        }
    }

    @Test func whatCannotBeReadIsOfTheProxyThatBroughtIt() async throws {
        let gateway = try InProcessGateway { $0.trustedProxies = ["127.0.0.1"] }
        try await gateway.serving { gateway in
            let answers = try await Shell.aside {
                let pipe = try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
                defer { pipe.close() }
                return ["x-forwarded-for: 203.0.113.1", "no field"].map { field in
                    pipe.send(
                        "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\(field)\r\n\r\n")
                    return pipe.answer()
                }
            }
            #expect(answers.map { $0.prefix(12) } == [401, 400].map { "HTTP/1.1 \($0)" })
        }
        let addresses = try gateway.journal().compactMap { gateway.address(of: $0) }
        #expect(addresses == ["203.0.113.1", "127.0.0.1"])
    }
}
