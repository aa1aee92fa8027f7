import Foundation
import StrictJSON
import Testing

/// The agent beside a gateway, with py-spiffe and raw gRPC as its workloads.
@Suite struct AgentTests {
    private static let web = "spiffe://maxine.local/ns/default/dc/dc1/svc/web"
    private static let tools = "spiffe://maxine.local/tools/py"
    private static let uid = String(getuid())

    private func started(configuration: String = "") throws -> (GatewayProcess, AgentProcess) {
        let gateway = try GatewayProcess(configuration: configuration)
        try gateway.start()
        let agent = try AgentProcess(gateway)
        return (gateway, agent)
    }

    @Test func pySPIFFEFetchesIdentitiesTokensAndBundles() throws {
        let (gateway, agent) = try started()
        try gateway.entry("--service", "web", "--selector", "unix:uid:\(Self.uid)")
        try gateway.entry("--spiffe-id", Self.tools, "--selector", "unix:uid:\(Self.uid)")
        try agent.start(token: gateway.joinToken())
        let result = try WorkloadPeers.run("fetch.py", [agent.target])
        let lines = result.output.split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "x509 \(Self.web) 2", "x509 \(Self.tools) 2", "context \(Self.web)",
                "bundle maxine.local 1", "jwt \(Self.web) peer", "keys maxine.local 1",
                "valid \(Self.web)",
            ], "\(result.error)")
        #expect(agent.stop() == 0)
        #expect(!FileManager.default.fileExists(atPath: agent.socket))
        #expect(gateway.stop() == 0)
    }

    @Test func twoPySPIFFEPeersSpeakMTLS() throws {
        let (gateway, agent) = try started()
        try gateway.entry("--service", "web", "--selector", "unix:uid:\(Self.uid)")
        try gateway.entry("--spiffe-id", Self.tools, "--selector", "unix:uid:\(Self.uid)")
        try agent.start(token: gateway.joinToken())
        let result = try WorkloadPeers.run("mtls.py", [agent.target, Self.web, Self.tools])
        #expect(result.output.contains("server saw \(Self.tools) ping"), "\(result.error)")
        #expect(result.output.contains("client saw \(Self.web) pong"))
        #expect(result.output.contains("client refused"))
        #expect(!result.output.contains("took a wrong server"))
    }

    @Test func theConformanceSuitePasses() throws {
        let (gateway, agent) = try started()
        try gateway.entry("--service", "web", "--hint", "a", "--selector", "unix:uid:\(Self.uid)")
        try gateway.entry(
            "--spiffe-id", Self.tools, "--hint", "a", "--selector", "unix:uid:\(Self.uid)")
        try agent.start(token: gateway.joinToken())
        let suite = SourceRoot.url.appending(path: "Tests/SPIFFEConformance/conformance.py").path
        let result = try Shell.run(
            [
                WorkloadPeers.interpreter(), suite, agent.target, "--strict", "--unregistered-uid",
                "65534",
            ], timeoutSeconds: 120)
        let failures = result.output.split(separator: "\n").filter {
            $0.hasPrefix("FAIL") || $0.hasPrefix("warn")
        }
        #expect(failures.isEmpty && result.status == 0, "\(result.output)\(result.error)")
        #expect(result.output.contains(" 0 failed"))
    }

    @Test func aStreamFollowsEntriesAndRenewals() throws {
        let (gateway, agent) = try started(configuration: "identity: { svid_ttl: 10s }\n")
        try gateway.entry("--service", "web", "--selector", "unix:uid:\(Self.uid)")
        try agent.start(token: gateway.joinToken())
        let result = try WorkloadPeers.run("follow.py", [agent.target, "3", "25"])
        let updates = result.output.split(separator: "\n").filter { $0.hasPrefix("update") }
        #expect(updates.count == 3, "\(result.output)\(result.error)\(agent.logText())")
        #expect(Set(updates).count == 3)
    }

    @Test func anEntryThatIsDeletedEndsItsStreams() throws {
        let (gateway, agent) = try started()
        let id = try gateway.entry("--service", "web", "--selector", "unix:uid:\(Self.uid)")
        try agent.start(token: gateway.joinToken())
        #expect(try fetchStatus(agent).hasPrefix("OK"))
        #expect(try gateway.maxine("entry", "delete", id).status == 0)
        try wait("the refusal") { try fetchStatus(agent).hasPrefix("PERMISSION_DENIED") }
    }

    @Test func cachedIdentitiesAreServedWhileTheGatewayIsAway() throws {
        let (gateway, agent) = try started()
        try gateway.entry("--service", "web", "--selector", "unix:uid:\(Self.uid)")
        try agent.start(token: gateway.joinToken())
        #expect(try fetchStatus(agent) == "OK")
        gateway.crash()
        try wait("word of it", seconds: 20) { agent.logText().contains("gateway away: serving 1") }
        #expect(try fetchStatus(agent) == "OK")
    }

    @Test func anAgentStartsAgainWithWhatItKept() throws {
        let (gateway, agent) = try started()
        try gateway.entry("--service", "web", "--selector", "unix:uid:\(Self.uid)")
        try agent.start(token: gateway.joinToken())
        // Killed, so that its socket stays: the next one replaces it.
        agent.stop(signal: SIGKILL)
        #expect(FileManager.default.fileExists(atPath: agent.socket))
        try agent.start()
        try wait("the identity") { try fetchStatus(agent) == "OK" }
        #expect(agent.logText().contains("identity spiffe://maxine.local/agent/node-1 from"))
        let file = try FileManager.default.attributesOfItem(
            atPath: agent.folder.appending(path: "data/agent.pem").path)
        #expect((file[.posixPermissions] as? NSNumber)?.intValue == 0o600)
        let other = try agent.runToEnd(["--name", "node-1"])
        #expect(other.status == 1)
        #expect(other.error.contains("another agent listens on"), "\(other.error)")
    }

    private func fetchStatus(_ agent: AgentProcess) throws -> String {
        try WorkloadPeers.run(
            "status.py",
            [agent.target, "/SpiffeWorkloadAPI/FetchX509SVID", "workload.spiffe.io", "true"]
        ).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
