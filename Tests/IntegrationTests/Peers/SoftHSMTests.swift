import Foundation
import Support
import Testing

/// Keys in a token of a real PKCS#11 module, SoftHSM: made, used and destroyed there, away and back.
@Suite(
    .serialized,
    .enabled(
        if: Shell.has("softhsm2-util")
            && FileManager.default.fileExists(atPath: "/usr/lib/softhsm/libsofthsm2.so"),
        "SoftHSM is not installed: scripts/setup.sh"))
struct SoftHSMTests {
    private static let module = "/usr/lib/softhsm/libsofthsm2.so"
    private static let pin = "84269713"

    /// A gateway with a token of its own in its folder.
    private func gateway() throws -> GatewayProcess {
        let gateway = try GatewayProcess(
            configuration: """
                custody:
                  keys: pkcs11
                  pkcs11: { module: "\(Self.module)", token: maxine, pin: "file:hsm.pin" }

                """)
        try FileManager.default.createDirectory(
            at: tokens(gateway), withIntermediateDirectories: true)
        try write("directories.tokendir = \(tokens(gateway).path)\n", to: "softhsm2.conf", gateway)
        try write(Self.pin + "\n", to: "hsm.pin", gateway)
        let made = try softhsm(
            gateway, "--init-token", "--free", "--label", "maxine", "--pin", Self.pin, "--so-pin",
            "12345678")
        #expect(made.status == 0, "\(made.error)")
        return gateway
    }

    private func tokens(_ gateway: GatewayProcess) -> URL {
        gateway.folder.appending(path: "tokens")
    }

    private func write(_ text: String, to name: String, _ gateway: GatewayProcess) throws {
        let file = gateway.folder.appending(path: name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    private func variable(_ gateway: GatewayProcess) -> String {
        "SOFTHSM2_CONF=" + gateway.folder.appending(path: "softhsm2.conf").path
    }

    @discardableResult
    private func softhsm(_ gateway: GatewayProcess, _ arguments: String...) throws -> Shell.Result {
        try Shell.run(
            ["env", variable(gateway), "softhsm2-util"] + arguments, directory: gateway.folder)
    }

    private func start(_ gateway: GatewayProcess) throws {
        try gateway.start(under: ["env", variable(gateway)])
    }

    /// What a start that fails says.
    private func fault(_ gateway: GatewayProcess) -> String {
        do {
            try start(gateway)
            return "started"
        } catch {
            return "\(error)"
        }
    }

    private func issue(_ gateway: GatewayProcess) throws -> Shell.Result {
        try gateway.maxine("identity", "issue", "--service", "web", "--out", "web")
    }

    /// The files of the token's objects.
    private func objects(_ gateway: GatewayProcess) throws -> [String] {
        let found = try FileManager.default.subpathsOfDirectory(atPath: tokens(gateway).path)
        return found.filter { $0.hasSuffix(".object") && !$0.hasSuffix("token.object") }
    }

    @Test func keysAreMadeUsedAndNeverHere() throws {
        let gateway = try gateway()
        try start(gateway)
        #expect(try issue(gateway).status == 0)
        let shown = try gateway.maxine("ca", "show")
        #expect(shown.output.matches(of: /pkcs11 maxine-[0-9a-f]{32}/).count == 2, "\(shown)")
        #expect(try objects(gateway).count == 4, "two pairs")
        let grep = try Shell.run(
            ["grep", "-rl", "PRIVATE KEY", "data/pki"], directory: gateway.folder)
        #expect(!grep.output.contains(".key"), "\(grep.output)")
        let rotated = try gateway.maxine("ca", "rotate")
        #expect(rotated.status == 0, "\(rotated.error)")
        #expect(try issue(gateway).status == 0)
        #expect(try gateway.maxine(as: "web", "whoami").status == 0)
        #expect(gateway.stop() == 0)
        try start(gateway)
        #expect(try gateway.maxine(as: "web", "whoami").status == 0)
        #expect(try issue(gateway).status == 0)
        #expect(gateway.stop() == 0)
        let exported = try Shell.run(
            [
                "env", variable(gateway), GatewayProcess.binary, "ca", "export-root-key", "--out",
                "root-away.key",
            ], directory: gateway.folder)
        #expect(exported.status == 1)
        #expect(exported.error.contains("can't be taken out"), "\(exported.error)")
        #expect(try gateway.maxine("audit", "verify").status == 0)
    }

    @Test func aTokenThatIsGoneIsToldOfAndTakenWhenItIsBack() throws {
        let gateway = try gateway()
        try start(gateway)
        #expect(try issue(gateway).status == 0)
        let away = gateway.folder.appending(path: "away")
        try FileManager.default.moveItem(at: tokens(gateway), to: away)
        let refused = try issue(gateway)
        #expect(refused.status != 0, "\(refused.output)")
        #expect(
            refused.error.contains("the token \\\"maxine\\\"") || refused.error.contains("maxine"))
        #expect(try gateway.maxine(as: "web", "whoami").status == 0, "the rest is served")
        let note = try awaitNote(gateway, true)
        #expect(note.contains("the token"), "\(note)")
        try FileManager.default.moveItem(at: away, to: tokens(gateway))
        let again = try issue(gateway)
        #expect(again.status == 0, "\(again.error)")
        _ = try awaitNote(gateway, false)
        #expect(gateway.stop() == 0)
    }

    @Test func aWrongPINOrAnotherTokenStopsTheStartAndTheTokenIsNotLocked() throws {
        let gateway = try gateway()
        try write("11111111\n", to: "hsm.pin", gateway)
        let wrong = fault(gateway)
        #expect(wrong.contains("custody.pkcs11.pin is wrong"), "\(wrong)")
        #expect(!wrong.contains("11111111") && !wrong.contains(Self.pin))
        try write(Self.pin, to: "hsm.pin", gateway)
        try start(gateway)
        #expect(try issue(gateway).status == 0)
        #expect(gateway.stop() == 0)
        let file = gateway.folder.appending(path: "maxine.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing("token: maxine", with: "token: other").write(
            to: file, atomically: true, encoding: .utf8)
        #expect(fault(gateway).contains("the token is not there"), "\(fault(gateway))")
        try text.replacing(Self.module, with: "/etc/hostname").write(
            to: file, atomically: true, encoding: .utf8)
        #expect(fault(gateway).contains("can't be loaded"), "\(fault(gateway))")
    }

    @Test func aKeyThatIsGoneIsNamed() throws {
        let gateway = try gateway()
        try start(gateway)
        for name in try objects(gateway) {
            try FileManager.default.removeItem(at: tokens(gateway).appending(path: name))
        }
        let refused = try issue(gateway)
        #expect(refused.status != 0, "\(refused.output)")
        #expect(refused.error.contains("the token"), "\(refused.error)")
        #expect(gateway.stop() == 0)
        #expect(fault(gateway).contains("the token has no key maxine-"), "\(fault(gateway))")
    }

    /// Waits until `/readyz` says something of keys, or says nothing any more.
    private func awaitNote(_ gateway: GatewayProcess, _ isThere: Bool) throws -> String {
        let deadline = Date().addingTimeInterval(20)
        var text = ""
        while Date() < deadline {
            text = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/readyz"]).output
            if text.contains("keys of authorities") == isThere { return text }
            usleep(100_000)
        }
        throw TestFault(description: text)
    }
}
