import Foundation
import StrictJSON
import Testing

/// What an agent and the gateway refuse: the status, and one record each at the gateway.
@Suite struct AgentRefusalTests {
    private static let uid = String(getuid())

    @Test func aJoinTokenIsUsedOnceAndInTime() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let agent = try AgentProcess(gateway)
        let token = try gateway.joinToken()
        try agent.start(token: token)
        agent.stop()
        try FileManager.default.removeItem(at: agent.folder.appending(path: "data"))
        let again = try agent.runToEnd(
            ["--name", "node-1"], environment: ["MAXINE_JOIN_TOKEN": token])
        #expect(again.status == 4, "\(again.error)")
        #expect(again.error.contains("was used before"))
        let short = try gateway.joinToken("node-1", ttl: "1s")
        sleep(2)
        let late = try agent.runToEnd(
            ["--name", "node-1"], environment: ["MAXINE_JOIN_TOKEN": short])
        #expect(late.status == 4)
        #expect(late.error.contains("has expired"))
        let unknown = try agent.runToEnd(
            ["--name", "node-1"], environment: ["MAXINE_JOIN_TOKEN": "mxjoin_nothing"])
        #expect(unknown.status == 4)
        let stranger = try agent.runToEnd(
            ["--name", "node-2"],
            environment: ["MAXINE_JOIN_TOKEN": try gateway.joinToken("node-1")])
        #expect(stranger.status == 3, "\(stranger.error)")
        let records = try gateway.records().joined(separator: "\n")
        for reason in ["join-token-used", "join-token-expired", "unknown-join-token"] {
            #expect(records.components(separatedBy: reason).count == 2, "\(reason)")
        }
        #expect(!records.contains(token) && !gateway.logText().contains(token))
    }

    @Test func anAgentReachesOnlyWhatIsItsOwn() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let mine = try gateway.entry("--service", "web", "--selector", "unix:uid:1")
        let other = try gateway.entry("--service", "api", "--selector", "unix:uid:1", agent: "n2")
        let files = try joined(gateway, "node-1")
        let csr = try SigningRequest.make(
            "spiffe://maxine.local/ns/default/dc/dc1/svc/api", in: gateway.folder)
        func ask(_ method: String, _ path: String, _ body: String?) throws -> Int {
            try gateway.curl(method, "/api/maxine/identity/" + path, body: body, as: files).status
        }
        #expect(try ask("POST", "entries/\(other)/x509-svids", json("csr", csr)) == 403)
        #expect(try ask("POST", "entries/\(mine)/x509-svids", json("csr", csr)) == 422)
        #expect(
            try ask(
                "POST", "entries/\(String(repeating: "0", count: 32))/jwt-svids",
                #"{"audience":["a"]}"#) == 404)
        #expect(try ask("GET", "entries", nil) == 403)
        #expect(try ask("POST", "join-tokens", #"{"agent":"n3"}"#) == 403)
        let agentCSR = try SigningRequest.make("spiffe://maxine.local/agent/n2", in: gateway.folder)
        #expect(try ask("POST", "attest", json("csr", agentCSR)) == 403)
        #expect(try ask("GET", "agent/updates", nil) == 200)
        let operatorAsks = try gateway.curl("GET", "/api/maxine/identity/agent/updates")
        #expect(operatorAsks.status == 403)
    }

    @Test(arguments: [
        (
            #"{"spiffeId":"spiffe://maxine.local/a","agent":"a","selectors":["unix:uid:1"],"admin":true}"#,
            400, "admin"
        ),
        (
            #"{"spiffeId":"spiffe://elsewhere.example/a","agent":"a","selectors":["unix:uid:1"]}"#,
            422, "not our trust domain"
        ),
        (
            #"{"spiffeId":"spiffe://maxine.local/agent/b","agent":"a","selectors":["unix:uid:1"]}"#,
            422, "reserved"
        ),
        (
            #"{"spiffeId":"spiffe://maxine.local/operator/b","agent":"a","selectors":["unix:uid:1"]}"#,
            422, "reserved"
        ),
        (
            #"{"spiffeId":"spiffe://maxine.local","agent":"a","selectors":["unix:uid:1"]}"#, 422,
            "reserved"
        ),
        (#"{"spiffeId":"spiffe://maxine.local/a","agent":"a","selectors":[]}"#, 422, "selectors"),
        (
            #"{"spiffeId":"spiffe://maxine.local/a","agent":"a","selectors":["unix:name:x"]}"#, 422,
            "known kinds"
        ),
        (
            #"{"spiffeId":"spiffe://maxine.local/a","agent":"a","selectors":["unix:uid:-1"]}"#, 422,
            "number"
        ),
        (
            #"{"spiffeId":"spiffe://maxine.local/a","agent":"a/b","selectors":["unix:uid:1"]}"#,
            422, "agent"
        ),
        (
            #"{"spiffeId":"spiffe://maxine.local/a","agent":"a","selectors":["unix:uid:1"],"x509TtlSeconds":1}"#,
            422, "x509TtlSeconds"
        ),
        (#"{"agent":"a","selectors":["unix:uid:1"]}"#, 400, "spiffeId"),
        (
            #"{"spiffeId":"spiffe://maxine.local/a","spiffeId":"x","agent":"a","selectors":["unix:uid:1"]}"#,
            400, "spiffeId"
        ),
    ])
    func anEntryThatCannotBeIsRefused(body: String, status: Int, word: String) throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let answer = try gateway.curl("POST", "/api/maxine/identity/entries", body: body)
        #expect(answer.status == status, "\(answer.body)")
        let problem = try StrictJSON.parse(Array(answer.body.utf8))
        #expect(problem["detail"]?.string?.contains(word) == true, "\(answer.body)")
        #expect(answer.headers["maxine-audit"] != nil)
    }

    @Test func refusedWorkloadsAreRecordedAtTheGateway() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let agent = try AgentProcess(gateway)
        try gateway.entry("--service", "web", "--selector", "unix:path:/no/such/program")
        try agent.start(token: gateway.joinToken())
        let call = "/SpiffeWorkloadAPI/FetchX509SVID"
        let bare = try WorkloadPeers.run("status.py", [agent.target, call, "none", "none"])
        #expect(bare.output.hasPrefix("INVALID_ARGUMENT"))
        let stranger = try WorkloadPeers.run(
            "status.py", [agent.target, call, "workload.spiffe.io", "true"])
        #expect(stranger.output.hasPrefix("PERMISSION_DENIED"))
        try wait("two records") { try events(gateway).count >= 2 }
        #expect(try events(gateway).count == 2)
        #expect(try events(gateway)[0].contains(#""code":"invalidArgument""#))
        #expect(try events(gateway)[1].contains(#""code":"permissionDenied""#))
        #expect(try events(gateway)[1].contains(#""uid":\#(Self.uid),"#))
    }

    @Test func aDeadWorkloadGetsNothing() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let agent = try AgentProcess(gateway)
        try gateway.entry("--service", "web", "--selector", "unix:uid:\(Self.uid)")
        try agent.start(token: gateway.joinToken())
        let file = agent.folder.appending(path: "status").path
        _ = try WorkloadPeers.run("forked.py", [agent.socket, file])
        try wait("the child") { FileManager.default.fileExists(atPath: file) }
        // 7 is PERMISSION_DENIED.
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "7")
        try wait("its record") { try events(gateway).contains { $0.contains("has ended") } }
        #expect(try events(gateway).count == 1)
    }

    @Test func anUnsafePlaceForTheSocketIsRefused() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let agent = try AgentProcess(gateway)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: agent.folder.appending(path: "run").path)
        let open = try agent.runToEnd(["--name", "node-1"])
        #expect(open.status == 1 && open.error.contains("can be written by others"))
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o755], ofItemAtPath: agent.folder.appending(path: "run").path)
        try Data("precious".utf8).write(to: URL(filePath: agent.socket))
        let file = try agent.runToEnd(["--name", "node-1"])
        #expect(file.status == 1 && file.error.contains("is no socket"), "\(file.error)")
        #expect(try String(contentsOfFile: agent.socket, encoding: .utf8) == "precious")
    }

    private func events(_ gateway: GatewayProcess) throws -> [String] {
        try gateway.records().filter { $0.contains(#""workload_api":"#) }
    }

    private func json(_ name: String, _ value: String) -> String {
        var writer = JSONWriter()
        writer.raw("{")
        writer.string(name)
        writer.raw(":")
        writer.string(value)
        writer.raw("}")
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Joins with curl as an agent would; returns the folder of its files.
    private func joined(_ gateway: GatewayProcess, _ name: String) throws -> String {
        let csr = try SigningRequest.make(
            "spiffe://maxine.local/agent/\(name)", in: gateway.folder, name: "agent")
        var writer = JSONWriter()
        writer.raw("{\"csr\":")
        writer.string(csr)
        writer.raw(",\"token\":")
        writer.string(try gateway.joinToken(name))
        writer.raw("}")
        let answer = try gateway.curl(
            anonymously: "POST", gateway.peopleAddress + "/api/maxine/identity/attest",
            body: String(decoding: writer.bytes, as: UTF8.self))
        let value = try StrictJSON.parse(Array(answer.body.utf8))
        let folder = gateway.folder.appending(path: "joined")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (name, member) in [("svid.pem", "chain"), ("bundle.pem", "bundle")] {
            try Data((value[member]?.string ?? "").utf8).write(to: folder.appending(path: name))
        }
        try FileManager.default.copyItem(
            at: gateway.folder.appending(path: "agent.key"), to: folder.appending(path: "svid.key"))
        return "joined"
    }
}
