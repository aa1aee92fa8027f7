import Foundation
import PKI
import Testing

@testable import Agent

@Suite struct ProcessHandleTests {
    private func sleeper() throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sleep")
        process.arguments = ["30"]
        try process.run()
        return process
    }

    private func end(_ process: Process) {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    @Test func aProcessThatEndedIsNotAlive() throws {
        let process = try sleeper()
        let handle = try #require(
            ProcessHandle(pid: process.processIdentifier, processDescriptor: nil))
        #expect(handle.isAlive)
        end(process)
        #expect(!handle.isAlive)
        #expect(ProcessHandle(pid: process.processIdentifier, processDescriptor: nil) == nil)
    }

    @Test func aZombieHasNoFacts() throws {
        let pid = try #require(Self.zombie())
        defer { waitpid(pid, nil, 0) }
        #expect(ProcessHandle(pid: pid, processDescriptor: nil) == nil)
    }

    @Test func factsAreThoseOfTheProcess() throws {
        let process = try sleeper()
        defer { end(process) }
        let handle = try #require(
            ProcessHandle(pid: process.processIdentifier, processDescriptor: nil))
        let credentials = PeerCredentials(
            pid: process.processIdentifier, uid: getuid(), gid: getgid())
        let facts = try #require(
            WorkloadFacts(digests: BinaryDigests()).selectors(
                of: credentials, handle, wantsDigest: true))
        let path = URL(filePath: "/bin/sleep").resolvingSymlinksInPath().path
        let sum = try Self.digest(path)
        #expect(facts.contains(.init(.uid, String(getuid()))))
        #expect(facts.contains(.init(.gid, String(getgid()))))
        #expect(facts.contains { $0.kind == .path && $0.value.hasSuffix("/sleep") })
        #expect(facts.contains(.init(.sha256, sum)))
        #expect(!facts.contains { $0.kind == .systemdUnit && $0.value.isEmpty })
    }

    @Test func aProcessOfAnotherUserThanTheOneThatConnectedHasNoFacts() throws {
        let process = try sleeper()
        defer { end(process) }
        let handle = try #require(
            ProcessHandle(pid: process.processIdentifier, processDescriptor: nil))
        let credentials = PeerCredentials(
            pid: process.processIdentifier, uid: getuid() + 1, gid: getgid())
        let facts = WorkloadFacts(digests: BinaryDigests())
        #expect(facts.selectors(of: credentials, handle, wantsDigest: false) == nil)
    }

    @Test func aProcessThatEndsMeanwhileHasNoFacts() throws {
        let process = try sleeper()
        let handle = try #require(
            ProcessHandle(pid: process.processIdentifier, processDescriptor: nil))
        end(process)
        let credentials = PeerCredentials(
            pid: process.processIdentifier, uid: getuid(), gid: getgid())
        let facts = WorkloadFacts(digests: BinaryDigests())
        #expect(facts.selectors(of: credentials, handle, wantsDigest: false) == nil)
    }

    @Test(
        arguments: [
            ("0::/system.slice/web.service\n", "/system.slice/web.service", "web.service"),
            (
                "0::/user.slice/user-0.slice/session-1.scope\n",
                "/user.slice/user-0.slice/session-1.scope", "session-1.scope"
            ),
            (
                "0::/system.slice/web.service/inner\n", "/system.slice/web.service/inner",
                "web.service"
            ),
            ("0::/\n", "/", nil), ("12:cpu:/a.service\n", nil, nil), ("", nil, nil),
        ] as [(String, String?, String?)])
    func theControlGroupNamesTheUnit(text: String, path: String?, unit: String?) {
        let facts = WorkloadFacts.controlGroup(Array(text.utf8))
        #expect(facts.first { $0.kind == .cgroup }?.value == path)
        #expect(facts.first { $0.kind == .systemdUnit }?.value == unit)
    }

    /// A child that has ended and is not waited for.
    private static func zombie() -> pid_t? {
        var pid: pid_t = 0
        var arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
        defer { free(arguments[0]) }
        guard posix_spawn(&pid, "/bin/true", nil, nil, &arguments, nil) == 0 else { return nil }
        for _ in 0..<200 {
            let stat = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
            if stat.contains(") Z ") { return pid }
            usleep(10_000)
        }
        return nil
    }

    private static func digest(_ path: String) throws -> String {
        let pipe = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/sha256sum")
        process.arguments = [path]
        process.standardOutput = pipe
        try process.run()
        let output = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return String(output.prefix(64))
    }
}
