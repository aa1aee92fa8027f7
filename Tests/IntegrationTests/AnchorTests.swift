import Foundation
import Testing

/// What others attest: a witness that cosigns, an authority that stamps the time, a second disk.
@Suite(.serialized) struct AnchorTests {
    @Test(.enabled(if: ScalesVenv.isPossible, "needs python3-venv and PyPI's tlog-scales"))
    func aWitnessCosignsAndItsSignatureIsAnAnchor() throws {
        let gateway = try logged()
        let keys = try gateway.maxine("audit", "checkpoint", "--keys", "--dir", "data/audit")
        let vkey = keys.output.trimmingCharacters(in: .newlines)
        let witness = try WitnessProcess(vkey, in: gateway.folder)
        try Data((keys.output + witness.key + "\n").utf8)
            .write(to: gateway.folder.appending(path: "keys"))
        try Data((witness.key + "\n").utf8).write(to: gateway.folder.appending(path: "witness"))
        let first = try cosign(gateway, witness)
        #expect(first.status == 0, "\(first.error)")
        #expect(first.output.contains("\u{2014} witness.test/w1 "))
        try gateway.start()
        _ = try RegisteringClients(gateway, service: "web", clients: 2, each: 20).finish()
        #expect(gateway.stop() == 0)
        // The witness has seen an earlier size, so this needs a consistency proof.
        let second = try cosign(gateway, witness)
        #expect(second.status == 0, "\(second.error)")
        try Data(second.output.utf8).write(to: gateway.folder.appending(path: "anchor"))
        let verified = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--key", "keys", "--anchor", "anchor")
        #expect(verified.status == 0, "\(verified.error)")
        #expect(verified.output.contains("nothing up to record"))
        // With the witness's key alone the anchor still holds; a changed cosignature does not.
        let changed = second.output.replacing("witness.test/w1 ", with: "witness.test/w2 ")
        try Data(changed.utf8).write(to: gateway.folder.appending(path: "changed"))
        let refused = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--key", "witness", "--anchor", "changed")
        #expect(refused.status == 6)
    }

    @Test func aTimeStampIsMadeAndCheckedByOpenSSL() throws {
        let gateway = try logged()
        let request = try gateway.maxine(
            "audit", "anchor", "request", "--dir", "data/audit", "--out", "stamp.tsq")
        #expect(request.status == 0, "\(request.error)")
        try TimestampAuthority.make(in: gateway.folder)
        let shown = try Shell.run(
            ["openssl", "ts", "-query", "-in", "stamp.tsq", "-text"], directory: gateway.folder)
        #expect(shown.output.contains("Hash Algorithm: sha256"), "\(shown.error)")
        let reply = try Shell.run(
            [
                "openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "tsa", "-queryfile",
                "stamp.tsq", "-out", "stamp.tsr",
            ], directory: gateway.folder)
        #expect(reply.status == 0, "\(reply.error)")
        let verified = try Shell.run(
            [
                "openssl", "ts", "-verify", "-in", "stamp.tsr", "-data", "stamp.tsq.checkpoint",
                "-CAfile", "tsa-ca.pem",
            ], directory: gateway.folder)
        #expect(verified.output.contains("Verification: OK"), "\(verified.error)")
        let checked = try gateway.maxine(
            "audit", "anchor", "stamp", "--response", "stamp.tsr", "--checkpoint",
            "stamp.tsq.checkpoint")
        #expect(checked.status == 0, "\(checked.error)")
        #expect(checked.output.contains("the checkpoint existed at 20"), "\(checked.output)")
        let file = gateway.folder.appending(path: "stamp.tsq.checkpoint")
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data((text + " ").utf8).write(to: gateway.folder.appending(path: "other"))
        let other = try gateway.maxine(
            "audit", "anchor", "stamp", "--response", "stamp.tsr", "--checkpoint", "other")
        #expect(other.status == 6)
        // The stamped checkpoint is an anchor like any other.
        let anchored = try gateway.maxine(
            "audit", "verify", "--dir", "data/audit", "--anchor", "stamp.tsq.checkpoint")
        #expect(anchored.status == 0, "\(anchored.error)")
    }

    @Test func aLogThatWasTakenBackDoesNotStart() throws {
        let gateway = try GatewayProcess(
            configuration: "audit: { anchor_file: ./elsewhere/checkpoint }\n")
        try gateway.start()
        #expect(try gateway.register("api", "a-1").status == 201)
        #expect(gateway.stop() == 0)
        let data = gateway.folder.appending(path: "data")
        let old = gateway.folder.appending(path: "old")
        try FileManager.default.copyItem(at: data, to: old)
        try gateway.start()
        #expect(try gateway.register("api", "a-2").status == 201)
        #expect(gateway.stop() == 0)
        try FileManager.default.removeItem(at: data)
        try FileManager.default.moveItem(at: old, to: data)
        do {
            try gateway.start()
            Issue.record("it started on a log that was taken back")
        } catch let refusal as GatewayProcess.NotStarted {
            #expect(refusal.description.contains("its anchor covers"), "\(refusal)")
        }
        gateway.stop()
    }

    /// A stopped gateway with some records.
    private func logged() throws -> GatewayProcess {
        let gateway = try GatewayProcess()
        try gateway.start()
        _ = try RegisteringClients(gateway, service: "api", clients: 2, each: 20).finish()
        #expect(gateway.stop() == 0)
        return gateway
    }

    private func cosign(
        _ gateway: GatewayProcess, _ witness: WitnessProcess
    ) throws -> Shell.Result {
        try gateway.maxine(
            "audit", "anchor", "witness", "--dir", "data/audit", "--url",
            "http://127.0.0.1:\(witness.port)", "--key", "witness")
    }
}

/// The small witness of Tests/Peers.
private final class WitnessProcess {
    let port: Int
    let key: String
    private let process = Process()

    init(_ vkey: String, in folder: URL) throws {
        let file = folder.appending(path: "witness.port")
        process.executableURL = URL(filePath: ScalesVenv.python ?? "/usr/bin/python3")
        process.arguments = [Peers.folder.appending(path: "witness.py").path, file.path, vkey]
        process.standardInput = FileHandle.nullDevice
        try process.runWithOpenSignals()
        var words: [Substring] = []
        for _ in 0..<200 where words.count < 2 {
            usleep(50_000)
            let text = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
            if text.hasSuffix("\n") { words = text.dropLast().split(separator: " ") }
        }
        guard words.count == 2, let port = Int(words[0]) else {
            kill(process.processIdentifier, SIGKILL)
            throw GatewayProcess.NotStarted(description: "the witness did not start")
        }
        self.port = port
        key = String(words[1])
    }

    deinit {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}

/// An authority made with the openssl command.
private enum TimestampAuthority {
    static func make(in folder: URL) throws {
        let configuration = """
            [tsa]
            serial = serial
            crypto_device = builtin
            signer_cert = tsa.pem
            signer_key = tsa.key
            certs = tsa-ca.pem
            signer_digest = sha256
            default_policy = 1.2.3.4.1
            digests = sha256
            accuracy = secs:1
            ess_cert_id_alg = sha256
            [ext]
            basicConstraints = CA:false
            keyUsage = critical, digitalSignature
            extendedKeyUsage = critical, timeStamping
            """
        try Data(configuration.utf8).write(to: folder.appending(path: "tsa.cnf"))
        let script = """
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out tsa-ca.pem -days 2 \
              -subj /CN=testca &&
            openssl req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa &&
            openssl x509 -req -in tsa.csr -CA tsa-ca.pem -CAkey ca.key -CAcreateserial -days 2 \
              -extfile tsa.cnf -extensions ext -out tsa.pem && echo 01 >serial
            """
        let result = try Shell.run(["sh", "-c", script], directory: folder)
        guard result.status == 0 else {
            throw GatewayProcess.NotStarted(description: result.error)
        }
    }
}
