import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Authorities whose keys are kept outside: what waits for them, and what does not.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct KeeperTests {
    private let keeper = TestKeeper()

    private func gateway(folder: TestFolder? = nil) throws -> InProcessGateway {
        var outside = OutsideParts()
        outside.keeper = keeper
        return try InProcessGateway(outside: outside, folder: folder)
    }

    private func ask(_ gateway: InProcessGateway) async throws -> CurlAnswer {
        let csr = try await Shell.aside {
            try SigningRequest.make(
                InProcessGateway.spiffeID("api"), in: gateway.folder, name: "api")
        }
        return try await gateway.curl(
            "POST", "/api/maxine/identity/x509-svids", body: SigningRequest.body(csr))
    }

    private func kept(_ gateway: InProcessGateway) async throws -> [String?] {
        let answer = try await gateway.curl("GET", "/api/maxine/ca")
        guard case .array(let list)? = try StrictJSON.parse(Array(answer.body.utf8))["authorities"]
        else { throw TestFault(description: answer.body) }
        return list.map { $0["key"]?["kept"]?.string }
    }

    @Test func identitiesAreIssuedRenewedAndOnRecordByAKeyThatIsNotHere() async throws {
        let first = try gateway()
        try await first.serving { gateway in
            #expect(try await kept(gateway) == ["test", "test"])
            try await gateway.issue("web")
            let serial = try await gateway.serial(of: "web/svid.pem").lowercased()
            let records = try gateway.journal().filter { $0["action"]?.string == "identity.issue" }
            #expect(records.map { $0["type"]?.string } == ["intent", "outcome"])
            #expect(records.last?["detail"]?["serial"]?.string == serial)
            #expect(records.last?["detail"]?["certificate"]?.string?.count == 64)
            let renewed = try await gateway.renew("web", as: "web", to: "next")
            #expect(renewed.status == 200, "\(renewed.body)")
            let made = try await gateway.renew(
                id: "spiffe://maxine.local/operator/alice", as: nil, to: "alice",
                at: "/api/maxine/identity/operators")
            #expect(made.status == 200, "\(made.body)")
            for identity in ["web", "next", "alice"] {
                let used = try await gateway.curl("GET", "/api/maxine/auth/whoami", as: identity)
                #expect(used.status == 200, "\(identity): \(used.body)")
            }
        }
        // What the log says of it is enough for the next start.
        try await gateway(folder: first.left).serving { gateway in
            for identity in ["web", "next", "alice"] {
                let used = try await gateway.curl("GET", "/api/maxine/auth/whoami", as: identity)
                #expect(used.status == 200, "\(identity): \(used.body)")
            }
        }
        first.expectWholeLog()
    }

    @Test func aKeeperThatIsAwayIsToldOfAndNothingElseSuffers() async throws {
        try await gateway().serving { gateway in
            try await gateway.issue("web")
            try await gateway.tick(.keepers)
            #expect(try await !gateway.page("/readyz").body.contains("keys of authorities"))
            keeper.isAway = true
            let answer = try await ask(gateway)
            #expect(answer.status == 503, "\(answer.body)")
            #expect(answer.headers["retry-after"] == "5")
            #expect(answer.body.contains("the keeper does not answer"), "\(answer.body)")
            let outcome = try await gateway.awaitRecord {
                $0["type"]?.string == "outcome" && $0["action"]?.string == "identity.issue"
                    && $0["status"]?.integer == 503
            }
            #expect(outcome?["reason"]?.string?.contains("key_away") == true)
            try await gateway.tick(.keepers)
            let ready = try await gateway.page("/readyz")
            #expect(ready.status == 200)
            #expect(ready.body.contains("keys of authorities: the keeper does not answer"))
            let rotated = try await gateway.curl("POST", "/api/maxine/ca/rotate")
            #expect(rotated.status == 503, "\(rotated.body)")
            let used = try await gateway.curl("GET", "/api/maxine/services/web", as: "web")
            #expect(used.status == 200, "\(used.body)")
            keeper.isAway = false
            #expect(try await ask(gateway).status == 200)
            try await gateway.tick(.keepers)
            #expect(try await !gateway.page("/readyz").body.contains("keys of authorities"))
            #expect(try await gateway.curl("POST", "/api/maxine/ca/rotate").status == 200)
        }
    }

    /// Requests on every loop are answered while signatures are waited for, on more calls than there are threads.
    @Test func nothingElseWaitsForASignature() async throws {
        try await gateway().serving { gateway in
            keeper.hold(true)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<6 { group.addTask { try await ask(gateway).status } }
                while keeper.waiting == 0 { try await Task.sleep(for: .milliseconds(5)) }
                for _ in 0..<8 {
                    let status = try await gateway.curl("GET", "/api/maxine/status")
                    #expect(status.status == 200, "\(status.body)")
                }
                keeper.hold(false)
                for try await status in group { #expect(status == 200 || status == 503) }
            }
            #expect(keeper.waiting == 0)
        }
    }

    @Test func aKeyMovesOutByRotationAndListenersShowTheNewOne() async throws {
        let first = try InProcessGateway()
        try await first.serving { try await $0.issue("web") }
        try await gateway(folder: first.left).serving { gateway in
            #expect(try await kept(gateway) == ["file", "file"])
            #expect(try await ask(gateway).status == 200)
            #expect(keeper.keys.isEmpty)
            let rotated = try await gateway.curl("POST", "/api/maxine/ca/rotate")
            #expect(rotated.status == 200, "\(rotated.body)")
            #expect(try await kept(gateway) == ["file", "file", "test"])
            #expect(keeper.keys.count == 1)
            #expect(try await ask(gateway).status == 200)
            let used = try await gateway.curl("GET", "/api/maxine/auth/whoami", as: "web")
            #expect(used.status == 200, "\(used.body)")
        }
    }
}
