import Foundation
import StrictJSON
import Testing

/// The log's evidence in other hands: Go's note and tlog packages, tlog-scales, openssl.
@Suite(.serialized) struct EvidenceTests {
    @Test(.enabled(if: GoChecker.isPossible, "needs golang-go and golang-golang-x-mod-dev"))
    func goVerifiesCheckpointAndProofs() throws {
        let gateway = try GatewayProcess(
            configuration: "audit: { segment_bytes: 64KiB, fill_bytes: 16KiB }\n")
        try gateway.start()
        _ = try RegisteringClients(gateway, service: "api", clients: 2, each: 40).finish()
        let checker = try GoChecker(in: gateway.folder)
        let early = try checkpoint(gateway, atLeast: 80)
        try Data(early.utf8).write(to: gateway.folder.appending(path: "early"))
        let keys = try gateway.curl("GET", "/api/maxine/audit/keys").body
        let vkey = try #require(keys.split(separator: "\n").last).description
        #expect(try checker.run("checkpoint", vkey, "early").status == 0)
        _ = try RegisteringClients(gateway, service: "web", clients: 2, each: 40).finish()
        let late = try checkpoint(gateway, atLeast: 240)
        let oldSize = try #require(Int(early.split(separator: "\n")[1]))
        let size = try #require(Int(late.split(separator: "\n")[1]))
        let records = try gateway.records()
        for sequence in [1, 2, oldSize, oldSize + 1, size / 2, size] {
            let answer = try gateway.curl("GET", "/api/maxine/audit/proof/\(sequence)")
            #expect(answer.status == 200, "\(answer.body)")
            try Data(answer.body.utf8).write(to: gateway.folder.appending(path: "proof"))
            try Data(records[sequence - 1].utf8).write(to: gateway.folder.appending(path: "line"))
            let result = try checker.run("record", vkey, "proof", "line")
            #expect(result.status == 0, "\(sequence): \(result.error)")
            try Data((records[sequence - 1] + " ").utf8)
                .write(to: gateway.folder.appending(path: "line"))
            #expect(try checker.run("record", vkey, "proof", "line").status == 1)
        }
        let consistency = try gateway.curl("GET", "/api/maxine/audit/consistency/\(oldSize)")
        try Data(consistency.body.utf8).write(to: gateway.folder.appending(path: "tree"))
        let result = try checker.run("tree", vkey, "early", "tree")
        #expect(result.status == 0, "\(result.error)")
        #expect(try gateway.curl("GET", "/api/maxine/audit/proof/999999").status == 404)
        #expect(try gateway.curl("GET", "/api/maxine/audit/proof/x").status == 400)
        #expect(gateway.stop() == 0)
    }

    @Test(.enabled(if: ScalesVenv.isPossible, "needs python3-venv and PyPI's tlog-scales"))
    func tlogScalesVerifiesThePublishedLog() throws {
        let gateway = try GatewayProcess(
            configuration: """
                audit: { segment_bytes: 64KiB, fill_bytes: 16KiB, publish: ./public }

                """)
        try gateway.start()
        _ = try RegisteringClients(gateway, service: "api", clients: 2, each: 100).finish()
        let early = try checkpoint(gateway, atLeast: 200)
        try Data(early.utf8).write(to: gateway.folder.appending(path: "early"))
        _ = try RegisteringClients(gateway, service: "web", clients: 4, each: 100).finish()
        #expect(gateway.stop() == 0)
        let keys = try gateway.maxine("audit", "checkpoint", "--keys", "--dir", "data/audit")
        let vkey = keys.output.trimmingCharacters(in: .newlines)
        let live = try ScalesVenv.check("public", vkey, ["early"], in: gateway.folder)
        #expect(live.status == 0, "\(live.error)")
        let records = try gateway.records().count
        #expect(live.output.hasPrefix("\(records) records, 1 earlier"), "\(live.output)")
        // The same out of the folder, and a changed tile is refused.
        let published = try gateway.maxine(
            "audit", "publish", "--dir", "data/audit", "--out", "again")
        #expect(published.status == 0, "\(published.error)")
        #expect(try ScalesVenv.check("again", vkey, ["early"], in: gateway.folder).status == 0)
        let tile = gateway.folder.appending(path: "again/tile/entries/000")
        var bytes = try Data(contentsOf: tile)
        bytes[300] ^= 1
        try bytes.write(to: tile)
        #expect(try ScalesVenv.check("again", vkey, ["early"], in: gateway.folder).status != 0)
    }

    @Test func theCommandLineProvesAndVerifiesWithKeyAndAnchor() throws {
        let gateway = try GatewayProcess(
            configuration: "audit: { segment_bytes: 64KiB, fill_bytes: 16KiB }\n")
        try gateway.start()
        _ = try RegisteringClients(gateway, service: "api", clients: 2, each: 40).finish()
        let note = try checkpoint(gateway, atLeast: 80)
        try Data(note.utf8).write(to: gateway.folder.appending(path: "anchor"))
        #expect(gateway.stop() == 0)
        let keys = try gateway.maxine("audit", "checkpoint", "--keys", "--dir", "data/audit")
        try Data(keys.output.utf8).write(to: gateway.folder.appending(path: "keys"))
        let proof = try gateway.maxine("audit", "prove", "40", "--dir", "data/audit")
        #expect(proof.output.hasPrefix("c2sp.org/tlog-proof@v1\nindex 39\n"), "\(proof.error)")
        try Data(proof.output.utf8).write(to: gateway.folder.appending(path: "proof"))
        let line = try gateway.records()[39]
        let checked = try Shell.run(
            [
                GatewayProcess.binary, "audit", "prove", "--check", "proof", "--key", "keys",
            ], input: line + "\n", directory: gateway.folder)
        #expect(checked.status == 0, "\(checked.error)")
        let forged = try Shell.run(
            [
                GatewayProcess.binary, "audit", "prove", "--check", "proof", "--key", "keys",
            ], input: line + " \n", directory: gateway.folder)
        #expect(forged.status == 6)
        let verified = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--key", "keys", "--anchor", "anchor")
        #expect(verified.status == 0, "\(verified.error)")
        #expect(verified.output.contains("signed by the key given"), "\(verified.output)")
        #expect(verified.output.contains("nothing up to record"), "\(verified.output)")
        let blind = try gateway.maxine("audit", "verify", "--dir", "data/audit")
        #expect(blind.output.contains("not checkable without an anchor"))
        #expect(blind.output.contains("not checkable without the log's key"))
    }

    @Test func aKeyIsChangedWhileTheGatewayRuns() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let first = try gateway.curl("GET", "/api/maxine/audit/keys").body
        try Data(first.utf8).write(to: gateway.folder.appending(path: "first"))
        let rotated = try gateway.maxine("audit", "rotate-key", "--dir", "data/audit")
        #expect(rotated.status == 0, "\(rotated.error)")
        let record = try gateway.awaitRecord {
            $0["action"]?.string == "log.key" && $0["detail"]?["previous"] != nil
        }
        let key = rotated.output.trimmingCharacters(in: .newlines)
        #expect(record?["detail"]?["vkey"]?.string == key)
        #expect(try gateway.register("api", "a-1").status == 201)
        #expect(gateway.stop() == 0)
        let verified = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--key", "first")
        #expect(verified.status == 0, "\(verified.error)")
        #expect(verified.output.contains("or by one that it handed over to"))
    }

    @Test func anyoneFetchesTheCheckpointOnTheFederationListener() throws {
        let gateway = try GatewayProcess(
            configuration: "")
        try gateway.start()
        let log = gateway.logText()
        let line = try #require(
            log.split(separator: "\n").first { $0.contains("federation listener on ") })
        let address = String(line.split(separator: " ").last ?? "")
        let result = try Shell.run(
            [
                "curl", "-sS", "--cacert", "certs/bundle.pem",
                address + "/api/maxine/audit/checkpoint",
            ], directory: gateway.folder)
        #expect(result.output.hasPrefix("maxine.local/dc1/audit\n"), "\(result.error)")
        let proof = try Shell.run(
            [
                "curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "--cacert",
                "certs/bundle.pem", address + "/api/maxine/audit/proof/1",
            ], directory: gateway.folder)
        #expect(proof.output == "404")
        #expect(gateway.stop() == 0)
    }

    /// The gateway's checkpoint once it covers so many records.
    private func checkpoint(_ gateway: GatewayProcess, atLeast size: Int) throws -> String {
        for _ in 0..<100 {
            let answer = try gateway.curl("GET", "/api/maxine/audit/checkpoint")
            let lines = answer.body.split(separator: "\n")
            if answer.status == 200, lines.count > 2, (Int(lines[1]) ?? 0) >= size {
                return answer.body
            }
            usleep(100_000)
        }
        throw GatewayProcess.NotStarted(description: "no checkpoint of \(size) records")
    }
}
