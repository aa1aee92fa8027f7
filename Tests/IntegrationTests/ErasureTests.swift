import Foundation
import StrictJSON
import Testing

/// People in the log of a running gateway: pseudonyms, erasure, legal holds.
@Suite(.serialized) struct ErasureTests {
    private static let canary = "canary-agent-of-alice/7.1"
    private let configuration = """
        audit: { segment_bytes: 64KiB, fill_bytes: 16KiB, personal: [user, operator],
                 custody_interval: 1s, publish: ./data/public }

        """

    @Test func noFileOfTheDataFolderHoldsAnErasedPerson() throws {
        let gateway = try GatewayProcess(configuration: configuration)
        try gateway.start()
        for number in 0..<5 {
            let answer = try gateway.curl(
                "PUT", "/api/maxine/services/api/instances/a-\(number)",
                body: #"{"address":"10.0.0.7","port":8080}"#, options: ["-A", Self.canary])
            #expect(answer.status == 201)
        }
        // Enough for several segments, so that some are sealed and compressed.
        _ = try RegisteringClients(gateway, service: "web", clients: 2, each: 150).finish()
        let record = try #require(
            try gateway.awaitRecord { $0["principal"]?["kind"]?.string == "operator" })
        let pseudonym = try #require(record["principal"]?["id"]?.string)
        #expect(pseudonym.hasPrefix("p-"))
        #expect(record["principal"]?["sealed"] != nil)
        #expect(record["client"]?["ip"] == nil)
        let told = try gateway.curl("GET", "/api/maxine/audit/subjects/\(pseudonym)")
        let id = try #require(try StrictJSON.parse(Array(told.body.utf8))["id"]?.string)
        #expect(id == "spiffe://maxine.local/operator/operator" || id.contains("/operator/"))
        try awaitPacked(gateway)
        let held = try gateway.maxine("audit", "hold", "place", "case-1", "--reason", "court")
        #expect(held.status == 0, "\(held.error)")
        let refused = try gateway.maxine("audit", "erase-subject", id, "--kind", "operator")
        #expect(refused.status == 1)
        #expect(refused.error.contains("legal hold"), "\(refused.error)")
        #expect(try gateway.maxine("audit", "hold", "lift", "case-1").status == 0)
        let erased = try gateway.maxine("audit", "erase-subject", id, "--kind", "operator")
        #expect(erased.output == "erased \(pseudonym)\n", "\(erased.error)")
        let gone = try gateway.curl("GET", "/api/maxine/audit/subjects/\(pseudonym)")
        #expect(gone.status == 404)
        #expect(gateway.stop() == 0)
        try expectNothing(of: Self.canary, in: gateway)
        let keys = try gateway.maxine("audit", "checkpoint", "--keys", "--dir", "data/audit")
        try Data(keys.output.utf8).write(to: gateway.folder.appending(path: "keys"))
        let verified = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--key", "keys")
        #expect(verified.status == 0, "\(verified.error)")
        if ScalesVenv.isPossible {
            let scales = try ScalesVenv.check(
                "data/public", keys.output.trimmingCharacters(in: .newlines), [],
                in: gateway.folder)
            #expect(scales.status == 0, "\(scales.error)")
        }
    }

    private func awaitPacked(_ gateway: GatewayProcess) throws {
        let segments = gateway.folder.appending(path: "data/audit/segments")
        for _ in 0..<100 {
            let names = try FileManager.default.contentsOfDirectory(atPath: segments.path)
            if names.contains(where: { $0.hasSuffix(".gz") }) { return }
            usleep(100_000)
        }
        Issue.record("no segment was compressed")
    }

    /// Looks into every file of the data folder, with zgrep into the compressed ones.
    private func expectNothing(of text: String, in gateway: GatewayProcess) throws {
        let plain = try Shell.run(
            ["grep", "-rlaF", text, "data"], directory: gateway.folder)
        #expect(plain.status == 1, "\(plain.output)")
        let packed = try Shell.run(
            ["sh", "-c", "zcat data/audit/segments/*.gz | grep -caF '\(text)'"],
            directory: gateway.folder)
        #expect(packed.output == "0\n", "\(packed.output) \(packed.error)")
        let control = try Shell.run(
            ["sh", "-c", "zcat data/audit/segments/*.gz | grep -caF '\"sealed\"'"],
            directory: gateway.folder)
        #expect((Int(control.output.trimmingCharacters(in: .newlines)) ?? 0) > 0)
    }
}
