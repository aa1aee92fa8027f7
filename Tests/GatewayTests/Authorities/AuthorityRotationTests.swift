import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// Intermediates are replaced by themselves, recorded, and nobody notices.
@Suite(.timeLimit(.minutes(10))) struct AuthorityRotationTests {
    private static let everybodyAdministers = """
        maxine_policy: 1
        name: all
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
        acl:
          - { id: all, effect: allow, subjects: [role:admin], actions: ["*"], resources: { services: ["*"] } }
        """

    /// One whose intermediate is made some hours ago and lives 12, so that what it signs at the start is good for real programs.
    private func gateway(hoursAgo: Int64) throws -> InProcessGateway {
        try InProcessGateway(
            policy: Self.everybodyAdministers,
            clock: TestClock(nanoseconds: TestClock.start - hoursAgo * 3_600_000_000_000)
        ) {
            $0.identity.intermediateSeconds = 12 * 3600
            $0.identity.svidTTLSecondsMax = 6 * 3600
            $0.identity.serverTTLSeconds = 6 * 3600
        }
    }

    private func states(_ gateway: InProcessGateway) throws -> [String] {
        let text = try gateway.left.text("data/pki/authorities.json")
        guard case .array(let list)? = try StrictJSON.parse(Array(text.utf8))["authorities"] else {
            throw TestFault(description: text)
        }
        return list.filter { $0["kind"]?.string == "intermediate" }
            .compactMap { $0["state"]?.string }
    }

    private func steps(_ gateway: InProcessGateway) throws -> [String] {
        try gateway.journal().filter {
            $0["action"]?.string == "ca.rotate" && $0["type"]?.string == "system"
        }.map { record in
            record["detail"]?["step"]?.string ?? (record["reason"] == nil ? "done" : "not done")
        }
    }

    @Test func theNextOneIsPreparedThenSignsAndTheLastOnesLeavesServeOn() async throws {
        try await gateway(hoursAgo: 6).serving { gateway in
            try await gateway.tick(.authorities)
            #expect(try steps(gateway).isEmpty)
            gateway.clock.advance(by: .seconds(4 * 3600))
            try await gateway.tick(.authorities)
            #expect(try states(gateway) == ["active", "prepared"])
            gateway.clock.advance(by: .seconds(2 * 3600 - 60))
            try await gateway.issue("web")
            try await gateway.tick(.authorities)
            #expect(try states(gateway) == ["active", "prepared"])
            gateway.clock.advance(by: .seconds(60))
            try await gateway.tick(.authorities)
            #expect(try states(gateway) == ["old", "active"])
            let answer = try await gateway.curl("GET", "/api/maxine/ca", as: "web")
            #expect(answer.status == 200, "\(answer.body)")
            #expect(try steps(gateway) == ["prepare", "done", "activate", "done"])
            // Every one of the gateway's listeners shows what the new one signed.
            #expect(answer.body.contains(#""state":"active""#))
            let records = try gateway.journal().filter { $0["action"]?.string == "ca.rotate" }
            #expect(records.last?["detail"]?["activated"] != nil, "\(records)")
            gateway.expectWholeLog()
        }
    }

    @Test func oneThatEndedWhileNothingRanIsReplacedBeforeAnyPortIsBound() async throws {
        let gateway = try gateway(hoursAgo: 13)
        try await gateway.serving { _ in }
        gateway.clock.advance(by: .seconds(13 * 3600))
        try await gateway.serving { gateway in
            let found = try states(gateway)
            #expect(found == ["active"], "all that the first signed has ended with it")
            #expect(try await gateway.page("/readyz").status == 200)
        }
        #expect(try steps(gateway) == ["rotate", "done", "prune", "done"])
    }

    @Test func anOldOneIsForgottenByItself() async throws {
        try await gateway(hoursAgo: 6).serving { gateway in
            gateway.clock.advance(by: .seconds(6 * 3600))
            try await gateway.tick(.authorities)
            gateway.clock.advance(by: .seconds(6 * 3600 + 62))
            try await gateway.tick(.authorities)
            #expect(try states(gateway) == ["old", "active"], "the second and the third")
            #expect(try !gateway.left.names("data/pki").contains("intermediate.key"))
            #expect(try steps(gateway).contains("prune"))
        }
    }

    @Test func whatCanNotBeDoneIsSaidAndRecordsNothing() async throws {
        let gateway = try gateway(hoursAgo: 6)
        try await gateway.serving { _ in }
        // The ledger knows that there is a root; its key is kept elsewhere.
        try await gateway.serving { gateway in
            gateway.clock.advance(by: .seconds(4 * 3600))
            let key = gateway.left.path("data/pki/root.key")
            try FileManager.default.moveItem(atPath: key, toPath: key + ".away")
            for _ in 0..<3 { try await gateway.tick(.authorities) }
            let page = try await gateway.page("/readyz")
            #expect(page.status == 200)
            #expect(
                page.body.contains("the key of the root is not on this machine"), "\(page.body)")
            #expect(try steps(gateway).isEmpty)
            try FileManager.default.moveItem(atPath: key + ".away", toPath: key)
            try await gateway.tick(.authorities)
            #expect(try steps(gateway) == ["prepare", "done"])
            #expect(try await !gateway.page("/readyz").body.contains("authorities"))
        }
    }

    /// Folders are restored from backups; the log is not taken back by that.
    @Test func anOlderFolderBringsNothingBackThatWasRevoked() async throws {
        let gateway = try gateway(hoursAgo: 0)
        let backup = gateway.left.path("backup")
        let pki = gateway.left.path("data/pki")
        let before = try await gateway.serving { gateway in
            try FileManager.default.copyItem(atPath: pki, toPath: backup)
            let first = try await active(gateway)
            let rotated = try await gateway.curl("POST", "/api/maxine/ca/rotate")
            #expect(rotated.status == 200)
            try await gateway.issue("web")
            let answer = try await gateway.curl(
                "POST", "/api/maxine/ca/revoke", body: #"{"authority":"\#(first)"}"#, as: "web")
            #expect(answer.status == 200, "\(answer.body)")
            return first
        }
        try FileManager.default.removeItem(atPath: pki)
        try FileManager.default.moveItem(atPath: backup, toPath: pki)
        try await gateway.serving { gateway in
            let found = try states(gateway)
            #expect(found == ["revoked", "active"])
            #expect(try gateway.left.text("data/pki/authorities.json").contains(before))
        }
        #expect(try steps(gateway) == ["rotate", "done"])
    }

    private func active(_ gateway: InProcessGateway) async throws -> String {
        let answer = try await gateway.curl("GET", "/api/maxine/ca")
        guard
            case .array(let list)? = try StrictJSON.parse(Array(answer.body.utf8))["authorities"]
        else { throw TestFault(description: answer.body) }
        return list.last?["authority"]?.string ?? "none"
    }

    /// Without its record nothing is made: the log refuses, and the ledger stays as it was.
    @Test func withoutTheLogNothingIsMade() async throws {
        let files = FaultyFiles()
        var outside = OutsideParts()
        outside.files = files
        let gateway = try InProcessGateway(outside: outside) {
            $0.identity.intermediateSeconds = 12 * 3600
            $0.identity.svidTTLSecondsMax = 6 * 3600
            $0.identity.serverTTLSeconds = 6 * 3600
        }
        try await gateway.serving { gateway in
            gateway.clock.advance(by: .seconds(4 * 3600))
            files.fail()
            try await gateway.tick(.authorities)
            #expect(try !gateway.left.names("data/pki").contains("authorities.json"))
            files.heal()
            while try await gateway.curl("GET", "/api/maxine/status").status == 503 {}
            gateway.clock.advance(by: .seconds(11))
            try await gateway.tick(.authorities)
            #expect(try states(gateway) == ["active", "prepared"])
        }
    }
}
