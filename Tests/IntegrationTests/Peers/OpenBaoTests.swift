import Foundation
import Support
import Testing

/// Keys that a real OpenBao server keeps: made, used, rotated and destroyed there, away and back.
@Suite(
    .serialized,
    .enabled(if: OpenBaoServer.isThere, "OpenBao is not installed: scripts/peers.sh"))
struct OpenBaoTests {
    private func gateway() throws -> (GatewayProcess, OpenBaoServer) {
        let gateway = try GatewayProcess()
        let server = try OpenBaoServer(in: gateway.folder)
        _ = try server.giveToken()
        let file = gateway.folder.appending(path: "maxine.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        let custody = """
            custody:
              keys: openbao
              openbao: { address: "\(server.address)", token: "file:bao.token", ca_file: bao.pem }

            """
        try (text + custody).write(to: file, atomically: true, encoding: .utf8)
        return (gateway, server)
    }

    private func issue(_ gateway: GatewayProcess) throws -> Shell.Result {
        try gateway.maxine("identity", "issue", "--service", "web", "--out", "web")
    }

    /// On a busy machine OpenBao may not answer in time at once.
    private func atLast(_ body: () throws -> Shell.Result) throws -> Shell.Result {
        var result = try body()
        for _ in 0..<5 where result.status != 0 { result = try body() }
        return result
    }

    private func issuesAtLast(_ gateway: GatewayProcess) throws -> Bool {
        try atLast { try issue(gateway) }.status == 0
    }

    /// Starts it, as a service manager does: again where it ended at once.
    private func start(_ gateway: GatewayProcess) throws {
        for _ in 0..<5 {
            do {
                try gateway.start()
                return
            } catch {
                usleep(100_000)
            }
        }
        try gateway.start()
    }

    private func ready(_ gateway: GatewayProcess) throws -> String {
        try Shell.run(["curl", "-sS", gateway.metricsAddress + "/readyz"]).output
    }

    /// Waits until `/readyz` says something of keys, or says nothing any more.
    private func awaitNote(_ gateway: GatewayProcess, _ isThere: Bool) throws -> String {
        let deadline = Date().addingTimeInterval(20)
        var text = ""
        while Date() < deadline {
            text = try ready(gateway)
            if text.contains("keys of authorities") == isThere { return text }
            usleep(100_000)
        }
        throw TestFault(description: text)
    }

    @Test func keysAreMadeUsedRotatedAndNeverHere() throws {
        let (gateway, server) = try gateway()
        try start(gateway)
        let issued = try atLast { try issue(gateway) }
        #expect(issued.status == 0, "\(issued.error)")
        let shown = try gateway.maxine("ca", "show")
        #expect(shown.output.matches(of: /openbao maxine-[0-9a-f]{32}/).count == 2, "\(shown)")
        #expect(try server.bao("list transit/keys").matches(of: /maxine-/).count == 2)
        let grep = try Shell.run(
            ["grep", "-rl", "PRIVATE KEY", "data/pki"], directory: gateway.folder)
        #expect(!grep.output.contains(".key"), "\(grep.output)")
        // Whoever rotates a key there does no harm: it is another key, and the first one signs on.
        let name = try #require(shown.output.firstMatch(of: /maxine-[0-9a-f]{32}/)).output
        _ = try server.bao("write -f transit/keys/\(name)/rotate")
        let rotated = try atLast { try gateway.maxine("ca", "rotate") }
        #expect(rotated.status == 0, "\(rotated.error)")
        #expect(try issuesAtLast(gateway))
        #expect(try server.bao("list transit/keys").matches(of: /maxine-/).count == 3)
        let who = try gateway.maxine(as: "web", "whoami")
        #expect(who.status == 0, "\(who.error)")
        #expect(gateway.stop() == 0)
        let exported = try gateway.maxine("ca", "export-root-key", "--out", "root-away.key")
        #expect(exported.status == 1)
        #expect(exported.error.contains("can't be taken out"), "\(exported.error)")
        try start(gateway)
        #expect(try gateway.maxine(as: "web", "whoami").status == 0)
        #expect(gateway.stop() == 0)
        #expect(try gateway.maxine("audit", "verify").status == 0)
    }

    @Test func aServerThatIsKilledOrSealedIsToldOfAndTakenWhenItIsBack() throws {
        let (gateway, server) = try gateway()
        try start(gateway)
        #expect(try issuesAtLast(gateway))
        server.kill()
        let refused = try issue(gateway)
        #expect(refused.status != 0)
        #expect(refused.error.contains("does not answer"), "\(refused.error)")
        #expect(try awaitNote(gateway, true).contains("nothing answers there"))
        #expect(try gateway.maxine(as: "web", "whoami").status == 0, "the rest is served")
        #expect(try gateway.maxine("services").status == 0)
        try server.start()
        let sealed = try issue(gateway)
        #expect(sealed.error.contains("it is sealed"), "\(sealed.error)")
        try server.unseal()
        let again = try atLast { try issue(gateway) }
        #expect(again.status == 0, "\(again.error)")
        _ = try awaitNote(gateway, false)
        #expect(gateway.stop() == 0)
    }

    @Test func aTokenThatHasEndedIsReplacedWithoutARestart() throws {
        let (gateway, server) = try gateway()
        let token = try server.giveToken()
        try start(gateway)
        _ = try server.bao("token revoke \(token)")
        let refused = try issue(gateway)
        #expect(refused.status != 0)
        #expect(refused.error.contains("custody.openbao.token"), "\(refused.error)")
        #expect(!refused.error.contains(token) && !gateway.logText().contains(token))
        #expect(try awaitNote(gateway, true).contains("403"))
        _ = try server.giveToken()
        #expect(try issuesAtLast(gateway))
        _ = try awaitNote(gateway, false)
        #expect(gateway.stop() == 0)
    }

    @Test func aKeyThatIsGoneOrAServerThatIsAwayStopsTheStartWithTheReason() throws {
        let (gateway, server) = try gateway()
        try start(gateway)
        let shown = try gateway.maxine("ca", "show").output.split(separator: "\n")
        let line = try #require(shown.first { $0.hasPrefix("intermediate") })
        let name = try #require(line.firstMatch(of: /maxine-[0-9a-f]{32}/)).output
        _ = try server.bao("write transit/keys/\(name)/config deletion_allowed=true")
        _ = try server.bao("delete transit/keys/\(name)")
        #expect(try issue(gateway).error.contains("signing key not found"))
        #expect(gateway.stop() == 0)
        #expect(fault(gateway).contains("signing key not found"))
        server.kill()
        #expect(fault(gateway).contains("nothing answers there"))
    }

    /// What a start that fails says.
    private func fault(_ gateway: GatewayProcess) -> String {
        do {
            try gateway.start()
            return "started"
        } catch {
            return "\(error)"
        }
    }
}
