import Foundation
import Support
import Testing

/// What is in memory stays there: keys and secrets reach no core file, whatever the process dies of.
@Suite struct CoreDumpTests {
    private static let canDump: Bool = {
        guard SyncTrace.isPossible, let folder = try? TestFolder(),
            let sleeper = try? ChildProcess(
                ["sh", "-c", "ulimit -c unlimited && exec sleep 60"], directory: folder.url)
        else { return false }
        usleep(200_000)
        sleeper.signal(SIGABRT)
        sleeper.status(within: 10)
        return ((try? cores(in: folder.url)) ?? []).isEmpty == false
    }()

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

    /// Also where the limit does not hold: the process itself says that it is not to be dumped.
    @Test(.enabled(if: CoreDumpTests.canDump, "needs strace and core files in the working folder"))
    func oneThatDiesLeavesNoneEvenWhereItsLimitDoesNotHold() throws {
        let gateway = try GatewayProcess()
        // Its own call, behind the one of its loader, is said to be done and is not. Swift's own reader of crashes, which
        // would have to be its tracer, is off.
        try gateway.start(under: [
            "sh", "-c", "ulimit -c unlimited && exec \"$@\"", "sh", "env",
            "SWIFT_BACKTRACE=enable=no", "strace", "-D", "-f", "-qq", "-o", "trace", "-e",
            "trace=prlimit64", "-e", "inject=prlimit64:retval=0:when=2",
        ])
        let id = try #require(gateway.process?.id)
        #expect(try gateway.curl("GET", "/api/maxine/status").status == 200)
        #expect(try limit(of: id).first == "unlimited")
        try gateway.signal(SIGABRT)
        #expect(gateway.process?.status(within: 10) == SIGABRT)
        #expect(try Self.cores(in: gateway.folder) == [])
    }
}
