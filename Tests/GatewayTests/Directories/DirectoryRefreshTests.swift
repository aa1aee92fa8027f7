import Gateway
import StrictJSON
import Support
import Testing
import Workers

/// What changes in a real directory reaches the sessions of its people within the refresh.
@Suite(
    .enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"),
    .timeLimit(.minutes(10)))
struct DirectoryRefreshTests {
    @Test func whoLeavesTheGroupLosesTheRoleAndWhoLeavesTheDirectoryTheSession() async throws {
        let server = try SlapdServer()
        let gateway = try gateway(server)
        try await gateway.serving { gateway in
            let alice = try OpenedSession(
                await gateway.signOn("alice", SlapdServer.password))
            try await gateway.tick(.confirmations)
            let before = try await gateway.ask(alice.cookie, path: "/api/maxine/auth/whoami")
            #expect(before.body.contains("viewer"), "\(before.body)")
            let base = SlapdServer.base
            try await Shell.aside {
                try server.modify(
                    "dn: cn=ops,ou=groups,\(base)\nchangetype: modify\nreplace: member\n"
                        + "member: uid=bob,ou=people,\(base)\n")
            }
            gateway.clock.advance(by: .seconds(300))
            try await gateway.tick(.confirmations)
            let after = try await gateway.ask(alice.cookie, path: "/api/maxine/auth/whoami")
            #expect(after.status == 200 && !after.body.contains("viewer"), "\(after.body)")
            try await Shell.aside {
                try server.modify("dn: uid=alice,ou=people,\(base)\nchangetype: delete\n")
            }
            gateway.clock.advance(by: .seconds(300))
            try await gateway.tick(.confirmations)
            #expect(try await gateway.ask(alice.cookie).status == 401)
        }
    }

    /// Nobody can ask about somebody without their password: the session ends instead.
    @Test func withoutAServiceAccountTheSessionEnds() async throws {
        let server = try SlapdServer()
        let lines = try server.settings(
            "direct_bind: \"uid={user},ou=people,\(SlapdServer.base)\"\nrefresh: 2m"
        ).split(separator: "\n").filter { !$0.contains("bind_dn") && !$0.contains("bind_password") }
        let gateway = try gateway(server, lines.joined(separator: "\n") + "\n")
        try await gateway.serving { gateway in
            let alice = try OpenedSession(
                await gateway.signOn("alice", SlapdServer.password))
            #expect(try await gateway.ask(alice.cookie).status != 401)
            gateway.clock.advance(by: .seconds(119))
            #expect(try await gateway.ask(alice.cookie).status != 401)
            gateway.clock.advance(by: .seconds(2))
            #expect(try await gateway.ask(alice.cookie).status == 401)
        }
    }

    private func gateway(
        _ server: SlapdServer, _ settings: String? = nil
    ) throws -> InProcessGateway {
        let text = try settings ?? server.settings()
        let read = try ConfigurationFile.load(yaml: ("maxine.yaml", text), environment: [:])
        var outside = OutsideParts()
        outside.workers = WorkerProgram(
            path: GatewayProcess.builtBinary, arguments: ["worker-ldap"])
        return try InProcessGateway(policy: DirectoryFixture.policy, outside: outside) {
            $0.directories = read.configuration.directories
        }
    }
}
