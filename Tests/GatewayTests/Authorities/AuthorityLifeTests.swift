import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Authorities by the API: what is shown of them, and what a step does to all that stands on them.
@Suite(.timeLimit(.minutes(10))) struct AuthorityLifeTests {
    private static let openedToAnybody = """
        maxine_policy: 1
        name: open
        roles: { public: { actions: [ca.read, federation.read] } }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: public, subjects: [{ anonymous: true }] }
        """

    private func authorities(_ gateway: InProcessGateway) async throws -> [JSONValue] {
        let answer = try await gateway.curl("GET", "/api/maxine/ca")
        #expect(answer.status == 200, "\(answer.body)")
        guard case .array(let list)? = try StrictJSON.parse(Array(answer.body.utf8))["authorities"]
        else { throw TestFault(description: answer.body) }
        return list
    }

    private func states(_ gateway: InProcessGateway) async throws -> [String] {
        try await authorities(gateway).filter { $0["kind"]?.string == "intermediate" }
            .compactMap { $0["state"]?.string }
    }

    private func active(_ gateway: InProcessGateway) async throws -> String {
        try await authorities(gateway).first {
            $0["kind"]?.string == "intermediate" && $0["state"]?.string == "active"
        }?["authority"]?.string ?? "none"
    }

    private func take(
        _ step: String, _ authority: String? = nil, in gateway: InProcessGateway
    ) async throws -> CurlAnswer {
        try await gateway.curl(
            "POST", "/api/maxine/ca/\(step)",
            body: authority.map { #"{"authority":"\#($0)"}"# })
    }

    /// The issuer's key identifier of the certificate that a listener shows.
    private func issuer(of address: String, _ gateway: InProcessGateway) async throws -> String {
        let text = try await Shell.run(
            aside: [
                "sh", "-c",
                "openssl s_client -connect \(address.dropFirst(8)) -cert certs/operator.pem"
                    + " -key certs/operator.key </dev/null 2>/dev/null"
                    + " | openssl x509 -noout -ext authorityKeyIdentifier",
            ], directory: gateway.folder
        ).output
        let line = text.split(separator: "\n").last.map(String.init) ?? ""
        return line.trimmingCharacters(in: .whitespaces).replacing("keyid:", with: "")
            .replacing(":", with: "").lowercased()
    }

    @Test func theListShowsStatesEndsAndLeaves() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let list = try await authorities(gateway)
            #expect(list.map { $0["kind"]?.string } == ["root", "intermediate"])
            #expect(list.map { $0["state"]?.string } == ["active", "active"])
            #expect(list[1]["issuer"] == list[0]["authority"])
            #expect(list[1]["leaves"]?.integer ?? 0 >= 2, "web's and the gateway's own")
            #expect(list.allSatisfy { $0["expiresAt"]?.string?.hasSuffix("Z") == true })
        }
    }

    /// The leaves of the log count after a restart, too.
    @Test func leavesAreCountedFromTheLog() async throws {
        let gateway = try InProcessGateway()
        let before = try await gateway.serving { gateway in
            for name in ["web", "api", "web"] { try await gateway.issue(name) }
            return try await authorities(gateway)[1]["leaves"]?.integer
        }
        let after = try await gateway.serving { try await authorities($0)[1]["leaves"]?.integer }
        // Three of the log and the gateway's own; the first start made the operator's besides.
        #expect(before == 5 && after == 4)
    }

    @Test func nobodyWithoutACredentialSeesThemWhateverIsOpen() async throws {
        try await InProcessGateway(policy: Self.openedToAnybody).serving { gateway in
            let answer = try await Shell.run(
                aside: [
                    "curl", "-sS", "--max-time", "5", "--cacert", "certs/bundle.pem",
                    gateway.peopleAddress + "/api/maxine/ca",
                ], directory: gateway.folder)
            #expect(answer.output.contains("not-authenticated"), "\(answer.output)")
            let record = try await gateway.awaitRecord { $0["action"]?.string == "ca.read" }
            #expect(record?["decision"]?.string == "deny")
        }
    }

    @Test func aRotationIsOnEveryListenerAtOnceAndDropsNothing() async throws {
        try await InProcessGateway().serving { gateway in
            try await gateway.issue("web")
            let first = try await active(gateway)
            let traffic = Task {
                var statuses: [Int] = []
                while !Task.isCancelled {
                    statuses.append(
                        try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "web").status)
                }
                return statuses
            }
            let answer = try await take("rotate", in: gateway)
            #expect(answer.status == 200, "\(answer.body)")
            let second = try await active(gateway)
            #expect(second != first)
            for address in [
                gateway.serviceAddress, gateway.peopleAddress, gateway.federationAddress,
            ] {
                #expect(try await issuer(of: address, gateway) == second, "\(address)")
            }
            #expect(try await states(gateway) == ["old", "active"])
            #expect(
                try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "web").status == 200)
            traffic.cancel()
            let statuses = try await traffic.value
            #expect(!statuses.isEmpty && statuses.allSatisfy { $0 == 200 }, "\(statuses)")
        }
    }

    @Test func aRevokedAuthoritysLeavesAreOutForGood() async throws {
        let gateway = try InProcessGateway()
        try await gateway.serving { gateway in
            let first = try await active(gateway)
            try await gateway.issue("web")
            #expect(try await take("rotate", in: gateway).status == 200)
            try await gateway.issue("api")
            // The operator's own certificate is of the first: this is the last that it does.
            #expect(try await take("taint", first, in: gateway).status == 200)
            #expect(
                try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "web").status == 200)
            #expect(try await take("revoke", first, in: gateway).status == 200)
            #expect(
                try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "api").status == 200)
            await #expect(throws: (any Error).self) {
                try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "web")
            }
        }
        try await gateway.serving { gateway in
            let api = try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "api")
            #expect(api.status == 200)
            await #expect(throws: (any Error).self) {
                try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "web")
            }
        }
    }

    @Test func everyStepIsInTheLogBeforeAndAfter() async throws {
        let gateway = try InProcessGateway()
        let (first, second) = try await gateway.serving { gateway in
            let first = try await active(gateway)
            #expect(try await take("activate", in: gateway).status == 409)
            #expect(try await take("prepare", in: gateway).status == 200)
            #expect(try await take("activate", in: gateway).status == 200)
            #expect(try await take("taint", first, in: gateway).status == 200)
            return (first, try await active(gateway))
        }
        let records = try gateway.journal().filter {
            $0["action"]?.string?.hasPrefix("ca.") == true && $0["type"]?.string != "decision"
        }
        #expect(
            records.map { $0["type"]?.string }
                == [
                    "intent", "outcome", "intent", "outcome", "intent", "outcome", "intent",
                    "outcome",
                ])
        #expect(
            records.map { $0["detail"]?["step"]?.string ?? "" }
                == ["activate", "", "prepare", "", "activate", "", "taint", ""])
        #expect(records.compactMap { $0["status"]?.integer } == [409, 200, 200, 200])
        #expect(records[3]["detail"]?["prepared"] == .array([.string(second)]))
        #expect(records[5]["detail"]?["old"] == .array([.string(first)]))
        #expect(records[6]["resource"]?["id"]?.string == first)
    }

    @Test(arguments: [
        ("taint", #"{"authority":"zz"}"#, 422), ("taint", #"{}"#, 400), ("revoke", #"[]"#, 400),
        ("revoke", #"{"authority":"00","x":1}"#, 400), ("revoke", #"{"authority":"00"}"#, 404),
        ("explode", #"{}"#, 404),
    ])
    func badRequestsAreAnsweredWithWhatIsWrong(
        _ step: String, _ body: String, _ status: Int
    ) async throws {
        try await InProcessGateway().serving { gateway in
            let answer = try await gateway.curl("POST", "/api/maxine/ca/\(step)", body: body)
            #expect(answer.status == status, "\(answer.body)")
        }
    }
}
