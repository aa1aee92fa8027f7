import Foundation
import Support
import Testing

/// Keys at rest, as docs/operations.md tells it.
@Suite(.serialized) struct SealCommandTests {
    private static let sealed = #"{"version":1,"kept":"sealed","seal":""#

    private func write(_ text: String, to name: String, in gateway: GatewayProcess) throws {
        let file = gateway.folder.appending(path: name)
        try text.write(to: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600], ofItemAtPath: file.path)
    }

    private func configure(_ gateway: GatewayProcess, seal: String) throws {
        let file = gateway.folder.appending(path: "maxine.yaml")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("custody:") }
        try (lines.joined(separator: "\n") + "\ncustody: { seal: \"\(seal)\" }\n").write(
            to: file, atomically: true, encoding: .utf8)
    }

    private func secrets(of gateway: GatewayProcess) throws -> [String] {
        let folder = gateway.folder.appending(path: "data/pki")
        return try ["root.key", "intermediate.key", "token-keys.json"].map {
            try String(contentsOf: folder.appending(path: $0), encoding: .utf8)
        }
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

    @Test func plainKeysAreSealedAndTheSealingKeyIsChanged() throws {
        let gateway = try GatewayProcess.started()
        #expect(try gateway.maxine("ca", "show").output.contains(" file "))
        #expect(try secrets(of: gateway).allSatisfy { $0.contains("PRIVATE KEY") })
        try write("0123456789abcdef0123456789abcdef\n", to: "seal", in: gateway)
        try write("fedcba9876543210fedcba9876543210\n", to: "seal2", in: gateway)
        try configure(gateway, seal: "file:seal")
        let running = try gateway.maxine("ca", "seal")
        #expect(running.status == 1 && running.error.contains("stop it first"), "\(running.error)")
        #expect(gateway.stop() == 0)
        let sealed = try gateway.maxine("ca", "seal", "--json")
        #expect(sealed.output.contains("token-keys.json"), "\(sealed.output) \(sealed.error)")
        #expect(try secrets(of: gateway).allSatisfy { $0.hasPrefix(Self.sealed) })
        try gateway.start()
        #expect(try gateway.maxine("ca", "rotate").status == 0)
        let shown = try gateway.maxine("ca", "show")
        #expect(!shown.output.contains(" file "), "\(shown.output)")
        #expect(shown.output.contains(" sealed "), "\(shown.output)")
        let issued = try gateway.maxine("identity", "issue", "--service", "web", "--out", "web")
        #expect(issued.status == 0, "\(issued.error)")
        #expect(gateway.stop() == 0)

        try configure(gateway, seal: "file:seal2")
        #expect(fault(gateway).contains("maxine ca seal --from"), "\(fault(gateway))")
        #expect(try gateway.maxine("ca", "seal").status == 1)
        #expect(try gateway.maxine("ca", "seal", "--from", "seal").status == 2)
        let changed = try gateway.maxine("ca", "seal", "--from", "file:seal")
        #expect(changed.status == 0, "\(changed.error)")
        #expect(changed.output.contains("sealed "), "\(changed.output)")
        try gateway.start()
        #expect(gateway.stop() == 0)
        let again = try gateway.maxine("ca", "seal")
        #expect(again.output.contains("all keys are sealed"), "\(again.output)")
        #expect(try gateway.maxine("audit", "verify").status == 0)
    }

    @Test func withoutTheSealingKeyItDoesNotStartAndSaysWhy() throws {
        let gateway = try GatewayProcess()
        try configure(gateway, seal: "env:NO_SUCH_VARIABLE")
        #expect(fault(gateway).contains("NO_SUCH_VARIABLE is not set"), "\(fault(gateway))")
        try write("0123456789abcdef0123456789abcdef", to: "seal", in: gateway)
        try configure(gateway, seal: "file:seal")
        try gateway.start()
        #expect(try secrets(of: gateway).allSatisfy { $0.hasPrefix(Self.sealed) })
        #expect(gateway.stop() == 0)
        try FileManager.default.removeItem(at: gateway.folder.appending(path: "seal"))
        #expect(fault(gateway).contains("is missing"), "\(fault(gateway))")
        try configure(gateway, seal: "seal")
        #expect(fault(gateway).contains("custody.seal must be file:PATH"), "\(fault(gateway))")
    }
}
