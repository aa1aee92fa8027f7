import Foundation
import Support
import Testing

/// What is in memory stays there: keys and secrets reach no core file, whatever the process dies of.
@Suite struct CoreDumpTests {
    /// Whether a process of ours that may leave a core file does so in the folder that it runs in.
    private static let canDump: Bool = {
        guard geteuid() == 0, Shell.has("prlimit"), let folder = try? TestFolder(),
            let sleeper = try? ChildProcess(["sleep", "60"], directory: folder.url),
            (try? raiseLimit(of: sleeper.id)) == true
        else { return false }
        sleeper.signal(SIGABRT)
        sleeper.status(within: 10)
        return ((try? cores(in: folder.url)) ?? []).isEmpty == false
    }()

    /// Lets a process that runs leave core files again; only root can.
    private static func raiseLimit(of id: pid_t) throws -> Bool {
        try Shell.run(["prlimit", "--pid", "\(id)", "--core=unlimited:unlimited"]).status == 0
    }

    private static func cores(in folder: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
            $0.hasPrefix("core")
        }
    }

    private func limit(of id: pid_t) throws -> [Substring] {
        let limits = try String(contentsOfFile: "/proc/\(id)/limits", encoding: .utf8)
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        return (line ?? "").dropFirst("Max core file size".count).split(separator: " ")
    }

    @Test func aGatewayMayLeaveNoCoreFile() throws {
        let gateway = try GatewayProcess()
        try gateway.start(under: ["sh", "-c", "ulimit -c unlimited 2>/dev/null; exec \"$@\"", "sh"])
        let id = try #require(gateway.process?.id)
        #expect(try limit(of: id).prefix(2) == ["0", "0"], "soft and hard")
        #expect(gateway.stop() == 0)
    }

    /// Also where somebody gives it the right again: the process itself says that it is not to be dumped.
    @Test(.enabled(if: CoreDumpTests.canDump, "needs root, prlimit and core files in the working folder"))
    func oneThatDiesLeavesNoneEvenWhereItMay() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        let id = try #require(gateway.process?.id)
        #expect(try gateway.curl("GET", "/api/maxine/status").status == 200)
        #expect(try Self.raiseLimit(of: id))
        #expect(try limit(of: id).first == "unlimited")
        try gateway.signal(SIGABRT)
        #expect(gateway.process?.status(within: 10) == SIGABRT)
        #expect(try Self.cores(in: gateway.folder) == [])
    }
}
