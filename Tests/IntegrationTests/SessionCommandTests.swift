import Foundation
import StrictJSON
import Support
import Testing

/// Signing on and off by the commands, and the first person, as docs/credentials.md tells it.
@Suite(.serialized) struct SessionCommandTests {
    private func run(
        _ arguments: [String], in gateway: GatewayProcess, _ more: [String: String] = [:]
    ) throws -> Shell.Result {
        let environment = ["MAXINE_SESSION": gateway.folder.path + "/home/session"]
        return try Shell.run(
            [GatewayProcess.binary] + arguments, environment: environment.merging(more) { $1 },
            directory: gateway.folder)
    }

    private func saved(_ gateway: GatewayProcess) throws -> String {
        let text = try Data(contentsOf: gateway.folder.appending(path: "home/session"))
        return try StrictJSON.parse(Array(text))["session"]?.string ?? ""
    }

    @Test func whoSignsOnIsKnownUntilSignedOff() throws {
        let gateway = try GatewayProcess.started()
        let on = try run(["login", "--addr", gateway.serviceAddress], in: gateway)
        #expect(on.status == 0, "\(on.error)")
        #expect(on.output.contains("signed on as spiffe://maxine.local/operator/operator"))
        let secret = try saved(gateway)
        #expect(secret.hasPrefix("mxs_") && !on.output.contains(secret))
        let path = gateway.folder.path + "/home/session"
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        // The saved session says where and as whom.
        let who = try run(["whoami", "--json"], in: gateway)
        #expect(who.status == 0, "\(who.error)")
        #expect(who.output.contains("session"), "\(who.output)")
        // It goes to no other gateway, and beside a named certificate it says nothing.
        let other = try run(
            ["whoami", "--json", "--addr", gateway.peopleAddress], in: gateway)
        #expect(other.status == 4, "\(other.output)")
        let certificate = try run(
            ["whoami", "--json", "--addr", gateway.serviceAddress], in: gateway,
            ["MAXINE_CERT": "certs/operator.pem"])
        #expect(!certificate.output.contains(#""kind":"session""#), "\(certificate.output)")
        let off = try run(["logout"], in: gateway)
        #expect(off.status == 0, "\(off.error)")
        #expect(!FileManager.default.fileExists(atPath: path))
        let used = try run(
            ["status", "--addr", gateway.peopleAddress], in: gateway, ["MAXINE_TOKEN": secret])
        #expect(used.status == 4)
        #expect(gateway.stop() == 0)
        let found = try Shell.run(
            ["grep", "-rlaF", "-e", String(secret.dropFirst(4)), "."], directory: gateway.folder)
        #expect(found.status == 1, "\(found.output)")
    }

    /// Whoever signed on to a gateway that is gone must not wonder why their certificate is refused by the next at its address.
    @Test func whoIsRefusedReadsWhatSpokeForThem() throws {
        let gateway = try GatewayProcess.started()
        let home = gateway.folder.appending(path: "home")
        try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
        let stale = "mxs_gJebpvFjyDX160ouy3XK512ldG7Z2b2p8onsy5bwlVn3twsnn"
        try Data(#"{"address":"\#(gateway.serviceAddress)","session":"\#(stale)"}"#.utf8)
            .write(to: home.appending(path: "session"))
        let saved = try run(["status"], in: gateway)
        #expect(saved.status == 4)
        #expect(saved.error.contains("home/session: run 'maxine login'"), "\(saved.error)")
        let named = try run(
            ["status", "--addr", gateway.serviceAddress], in: gateway, ["MAXINE_TOKEN": stale])
        #expect(named.error.contains("What spoke was MAXINE_TOKEN"), "\(named.error)")
        #expect(!(saved.error + named.error).contains(stale))
        let off = try run(["logout"], in: gateway)
        #expect(off.status == 4, "it has ended already")
        let certificate = try run(["status", "--addr", gateway.serviceAddress], in: gateway)
        #expect(certificate.status == 0, "\(certificate.error)")
        #expect(gateway.stop() == 0)
    }

    @Test func theFirstPersonComesByTheTokenOnceAlsoOverACrash() throws {
        let gateway = try GatewayProcess.started()
        let file = gateway.folder.appending(path: "certs/bootstrap.token")
        let mode = try FileManager.default.attributesOfItem(atPath: file.path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        let token = try Data(contentsOf: file)
        try token.write(to: gateway.folder.appending(path: "copy"))
        let people = ["--addr", gateway.peopleAddress]
        let first = try run(["bootstrap"] + people, in: gateway)
        #expect(first.status == 0, "\(first.error)")
        #expect(first.output.contains("operator/bootstrap"))
        #expect(!FileManager.default.fileExists(atPath: file.path), "it is spent")
        gateway.crash()
        try gateway.start()
        #expect(!FileManager.default.fileExists(atPath: file.path))
        let again = try run(
            ["bootstrap", "--token-file", "copy", "--addr", gateway.peopleAddress], in: gateway)
        #expect(again.status == 4, "\(again.output)")
        let missing = try run(["bootstrap", "--addr", gateway.peopleAddress], in: gateway)
        #expect(missing.status == 2 && missing.error.contains("--reset"), "\(missing.error)")
        let secret = try saved(gateway)
        let good = try run(
            ["status", "--addr", gateway.peopleAddress], in: gateway, ["MAXINE_TOKEN": secret])
        #expect(good.status == 0, "\(good.error)")
        let reset = try run(
            ["bootstrap", "--reset", "--addr", gateway.serviceAddress], in: gateway)
        #expect(reset.status == 0, "\(reset.error)")
        let over = try run(
            ["status", "--addr", gateway.peopleAddress], in: gateway, ["MAXINE_TOKEN": secret])
        #expect(over.status == 4)
        let next = try Shell.run(
            [
                GatewayProcess.binary, "bootstrap", "--token-file", "-", "--addr",
                gateway.peopleAddress,
            ], input: reset.output,
            environment: ["MAXINE_SESSION": gateway.folder.path + "/home/session"],
            directory: gateway.folder)
        #expect(next.status == 0, "\(next.error)")
        #expect(gateway.stop() == 0)
        for text in [String(decoding: token, as: UTF8.self), reset.output] {
            try? FileManager.default.removeItem(at: gateway.folder.appending(path: "copy"))
            let word = text.trimmingCharacters(in: .whitespacesAndNewlines).dropFirst(4)
            let found = try Shell.run(
                ["grep", "-rlaF", "-e", String(word), "."], directory: gateway.folder)
            #expect(found.status == 1, "\(found.output)")
        }
    }
}
