import Foundation
import Policy
import Testing

@testable import Gateway

/// Keys and signatures made by OpenSSH's own ssh-keygen.
struct SSHKeys {
    let folder: URL

    init(_ folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    static let isThere = FileManager.default.isExecutableFile(atPath: "/usr/bin/ssh-keygen")

    func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ssh-keygen")
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "ssh-keygen \(arguments)")
    }

    func make(_ name: String, _ type: String, _ bits: String = "256") throws {
        try run("-q", "-t", type, "-b", bits, "-N", "", "-C", "ops@example.org", "-f", name)
    }

    func publicKey(_ name: String) throws -> String {
        let text = try String(
            contentsOf: folder.appending(path: name + ".pub"), encoding: .utf8)
        return text.split(separator: " ").prefix(2).joined(separator: " ")
    }

    func sign(_ text: String, _ key: String, namespace: String = "maxine-policy") throws -> [UInt8]
    {
        let file = folder.appending(path: "message")
        try Data(text.utf8).write(to: file)
        try? FileManager.default.removeItem(atPath: file.path + ".sig")
        try run("-q", "-Y", "sign", "-n", namespace, "-f", key, "message")
        return Array(try Data(contentsOf: URL(filePath: file.path + ".sig")))
    }
}

@Suite(.enabled(if: SSHKeys.isThere, "needs ssh-keygen (Debian: openssh-client)"))
struct SignatureTests {
    private let fixture: OfficeFixture
    private let keys: SSHKeys

    init() throws {
        fixture = try OfficeFixture()
        keys = try SSHKeys(fixture.folder)
    }

    @Test(arguments: [("ed25519", "256"), ("ecdsa", "256"), ("ecdsa", "384")])
    func acceptsWhatSSHKeygenSigns(type: String, bits: String) throws {
        try keys.make("key", type, bits)
        let signers = AllowedSigners("ops@example.org \(try keys.publicKey("key"))\n")
        let signature = try keys.sign("hello", "key")
        #expect(
            try signers.signer(of: Array("hello".utf8), signature: signature) == "ops@example.org")
        #expect(throws: SSHSignatureError.wrong) {
            _ = try signers.signer(of: Array("hellp".utf8), signature: signature)
        }
    }

    @Test func refusesOtherNamespacesKeysAndKinds() throws {
        try keys.make("key", "ed25519")
        try keys.make("other", "ed25519")
        try keys.make("rsa", "rsa", "2048")
        let message = Array("hello".utf8)
        let signers = AllowedSigners(
            "a \(try keys.publicKey("key"))\nb \(try keys.publicKey("rsa"))\n")
        for (key, namespace, why) in [
            ("key", "git", "namespace"), ("other", "maxine-policy", "not among"),
            ("rsa", "maxine-policy", "Ed25519"),
        ] {
            let signature = try keys.sign("hello", key, namespace: namespace)
            #expect {
                _ = try signers.signer(of: message, signature: signature)
            } throws: { error in
                "\(error)".contains(why)
            }
        }
    }

    @Test(arguments: [
        ("ops KEY", true), ("ops namespaces=\"maxine-policy\" KEY", true),
        ("ops namespaces=\"git,maxine-policy\" KEY comment", true),
        ("ops namespaces=\"git\" KEY", false), ("ops valid-before=\"20200101\" KEY", false),
        ("ops cert-authority KEY", false), ("# ops KEY", false), ("KEY", false), ("", false),
    ])
    func honoursTheOptionsOfAllowedSigners(line: String, isAllowed: Bool) throws {
        try keys.make("key", "ed25519")
        let text = line.replacing("KEY", with: try keys.publicKey("key"))
        let signature = try keys.sign("hello", "key")
        let signer = try? AllowedSigners(text + "\n").signer(
            of: Array("hello".utf8), signature: signature)
        #expect((signer != nil) == isAllowed)
    }

    @Test func readsAnyBytesWithoutATrap() throws {
        try keys.make("key", "ed25519")
        let good = try keys.sign("hello", "key")
        let signers = AllowedSigners("a \(try keys.publicKey("key"))\n")
        let message = Array("hello".utf8)
        for length in 0..<good.count {
            #expect(throws: SSHSignatureError.self) {
                _ = try signers.signer(
                    of: message, signature: Array(good.prefix(length - 1 < 0 ? 0 : length - 1)))
            }
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var bad = good
            let place = Int.random(in: 30..<(bad.count - 30), using: &random)
            bad[place] = UInt8.random(in: 0...255, using: &random)
            if bad == good { continue }
            _ = try? signers.signer(of: message, signature: bad)
        }
    }

    @Test func putsOnlySignedPoliciesIntoForce() async throws {
        try keys.make("key", "ed25519")
        try fixture.write("ops \(try keys.publicKey("key"))\n", to: "allowed_signers")
        fixture.gates.allowedSignersPath = fixture.folder.path + "/allowed_signers"
        let first = OfficeFixture.text("first", "api")
        try fixture.write(first)
        await #expect(throws: PolicyToolError.self, "an unsigned policy at the start") {
            try await fixture.start()
        }
        try Data(try keys.sign(first, "key")).write(to: URL(filePath: fixture.path + ".sig"))
        try await fixture.start()
        let was = fixture.inForce
        let second = OfficeFixture.text("second", "ledger")
        let signature = try keys.sign(second, "key")
        guard case .refused(let why) = await fixture.propose(second, by: "ann") else {
            Issue.record("an unsigned policy came into force")
            return
        }
        #expect(why.first?.contains("has no signature") == true, "\(why)")
        let stranger = OfficeFixture.text("stranger", "ledger")
        guard case .refused = await fixture.propose(stranger, by: "ann", signature: signature)
        else {
            Issue.record("another policy's signature was accepted")
            return
        }
        #expect(fixture.inForce == was)
        let digest = try OfficeFixture.digest(second)
        #expect(
            await fixture.propose(second, by: "ann", signature: signature)
                == .activated(digest: digest, was: was))
    }
}
