import Foundation
import Gateway
import Policy
import Testing

@Suite struct ArchiveTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID())")
    private var archive: PolicyArchive { PolicyArchive(directory: folder.path) }

    private func kept() throws -> CompiledPolicy {
        let source = PolicySource(name: "p.yaml", text: RecordedLog.bindings + RecordedLog.allows)
        let policy = try CompiledPolicy.load(files: [source], trustDomain: "maxine.local")
        try archive.keep(policy, sources: [source])
        return policy
    }

    private func path(_ policy: CompiledPolicy) -> String {
        folder.path + "/\(policy.digest.dropFirst(7)).json"
    }

    @Test func givesBackWhatWasKept() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let policy = try kept()
        let loaded = try archive.load(policy.digest)
        #expect(loaded.policy.digest == policy.digest)
        #expect(loaded.sources.map(\.name) == ["p.yaml"])
        #expect(archive.digests() == [policy.digest])
        #expect(try archive.resolve(String(policy.digest.prefix(15))) == policy.digest)
        let mode = try FileManager.default.attributesOfItem(atPath: path(policy))[.posixPermissions]
        #expect((mode as? NSNumber)?.intValue == 0o600)
    }

    @Test func refusesAFileThatIsNotWhatItsNameSays() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let policy = try kept()
        let text = try String(contentsOfFile: path(policy), encoding: .utf8)
        let edited = text.replacing("service: web", with: "service: wob")
        #expect(edited != text)
        try edited.write(toFile: path(policy), atomically: true, encoding: .utf8)
        #expect {
            _ = try archive.load(policy.digest)
        } throws: { error in
            guard case .archive(let why)? = error as? PolicyToolError else { return false }
            return why.contains("not what its name says")
        }
        // What is damaged is written anew when the policy is in force again.
        _ = try kept()
        #expect(try archive.load(policy.digest).policy.digest == policy.digest)
    }

    @Test(arguments: [
        "", "{}", "{\"trust_domain\":1}", "[", "{\"trust_domain\":\"x\",\"files\":[1]}",
    ])
    func refusesWhatIsNoKeptPolicy(text: String) throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let policy = try kept()
        try text.write(toFile: path(policy), atomically: true, encoding: .utf8)
        #expect(throws: PolicyToolError.self) { _ = try archive.load(policy.digest) }
    }

    @Test(arguments: [
        "sha256:../../../../etc/passwd", "sha256:", "",
        "sha256:" + String(repeating: "0", count: 64),
        "sha256:" + String(repeating: "G", count: 64),
    ])
    func knowsNoPolicyOfAStrangeDigest(digest: String) {
        #expect(throws: PolicyToolError.unknownPolicy(digest)) { _ = try archive.load(digest) }
        #expect(throws: PolicyToolError.unknownPolicy(digest)) { _ = try archive.resolve(digest) }
    }
}
