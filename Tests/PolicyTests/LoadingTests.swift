import Foundation
import Support
import Testing

@testable import Policy

@Suite struct LoadingTests {
    @Test func filesArePutTogether() throws {
        let policy = try CompiledPolicy.load(
            files: [
                PolicySource(
                    name: "a.yaml",
                    text: "maxine_policy: 1\nname: a\nroles: { r: { actions: [system.read] } }\n"),
                PolicySource(
                    name: "b.yaml",
                    text:
                        "maxine_policy: 1\nname: b\nbindings: [{ role: r, subjects: [{ user: u }] }]\n"
                ),
            ], trustDomain: "maxine.local")
        #expect(policy.name == "a+b")
        #expect(policy.subject(for: PolicyFixture.user("u")).roles == ["r"])
    }

    @Test func idsAndRolesAreUniqueOverAllFiles() {
        let text =
            "maxine_policy: 1\nroles: { r: { actions: [system.read] } }\nacl: [{ id: x, effect: deny }]\n"
        let errors = #expect(throws: PolicyErrors.self) {
            _ = try CompiledPolicy.load(
                files: [
                    PolicySource(name: "b.yaml", text: text),
                    PolicySource(name: "a.yaml", text: text),
                ],
                trustDomain: "maxine.local")
        }
        #expect(
            errors?.description == """
                a.yaml:2:10: role 'r' is declared already in b.yaml:2
                a.yaml:3:13: rule id 'x' is taken already in b.yaml:3
                """)
    }

    @Test func errorsOfAllFilesAreTold() {
        let errors = #expect(throws: PolicyErrors.self) {
            _ = try CompiledPolicy.load(
                files: [
                    PolicySource(name: "z.yaml", text: "a: [\n"),
                    PolicySource(name: "a.yaml", text: "maxine_policy: 1\nbindings: 3\n"),
                ], trustDomain: "maxine.local")
        }
        #expect(errors?.errors.map(\.file) == ["z.yaml", "a.yaml"])
    }

    @Test(arguments: ["", "Maxine.local", "a/b", "*", "{trust_domain}"])
    func refusesATrustDomainThatIsNone(trustDomain: String) {
        #expect(throws: PolicyErrors.self) {
            try CompiledPolicy.shippedDefault(trustDomain: trustDomain)
        }
    }

    @Test func refusesNoFilesAtAll() {
        #expect(throws: PolicyErrors.self) {
            _ = try CompiledPolicy.load(files: [], trustDomain: "maxine.local")
        }
    }

    @Test func readsAFolderButNothingBelowOrHidden() throws {
        try withFolder { folder in
            let text = "maxine_policy: 1\nname: "
            try write(text + "b\n", folder, "b.yaml")
            try write(text + "a\n", folder, "a.yaml")
            try write("not a policy", folder, "README.md")
            try write("not a policy", folder, ".a.yaml")
            let below = folder.appendingPathComponent("examples")
            try FileManager.default.createDirectory(at: below, withIntermediateDirectories: false)
            try write("not a policy", below, "c.yaml")
            let policy = try CompiledPolicy.load(path: folder.path, trustDomain: "maxine.local")
            #expect(policy.name == "a+b")
        }
    }

    @Test(arguments: ["deny.yml", "deny.YAML", "deny.Yml"])
    func aFileThatWouldBeLeftOutIsRefused(name: String) throws {
        try withFolder { folder in
            try write("maxine_policy: 1\n", folder, "a.yaml")
            try write("maxine_policy: 1\n", folder, name)
            let errors = #expect(throws: PolicyErrors.self) {
                _ = try CompiledPolicy.load(path: folder.path, trustDomain: "maxine.local")
            }
            #expect(
                errors?.errors.map(\.description) == [
                    "\(folder.path)/\(name):1:1: the policy can't be read: "
                        + "policy files end in .yaml; rename it"
                ])
        }
    }

    /// Rules keep their order, and names are read as the file system has them.
    @Test func filesComeInTheOrderOfTheirBytes() throws {
        try withFolder { folder in
            for name in ["caf\u{E9}", "cafe\u{301}", "Z", "a"] {
                try write("maxine_policy: 1\nname: n\(name.utf8.count)\n", folder, name + ".yaml")
            }
            let policy = try CompiledPolicy.load(path: folder.path, trustDomain: "maxine.local")
            #expect(policy.name == "n1+n1+n6+n5")
        }
    }

    @Test func whatCannotBeReadIsTold() throws {
        try withFolder { folder in
            let missing = folder.appendingPathComponent("none.yaml").path
            let report = PolicyCheck.run(paths: [missing, folder.path, "/dev/zero"])
            #expect(
                report.findings.map(\.description) == [
                    "\(missing):1:1: error: the policy can't be read: no such file or directory",
                    "\(folder.path):1:1: error: the policy can't be read: there is no *.yaml in the folder",
                    "/dev/zero:1:1: error: the policy can't be read: it is not a regular file",
                ])
        }
    }

    private func withFolder(_ body: (URL) throws -> Void) throws {
        let folder = try TestFolder()
        try withExtendedLifetime(folder) { try body(folder.url) }
    }

    private func write(_ text: String, _ folder: URL, _ name: String) throws {
        try Data(text.utf8).write(to: folder.appendingPathComponent(name))
    }
}
