import Foundation
import Glibc
import Support
import Testing

/// What signals and crashes may do to the binary, from its first moment on.
@Suite(.serialized) struct SignalTests {
    @Test func aHangUpWhileItStartsDoesNotEndIt() throws {
        let gateway = try GatewayProcess()
        // The shell becomes the gateway; what it left behind sends the signal as soon as main has begun.
        let sender = """
            me=$$
            (until grep -q '^SigCgt:.*[13579bdf]$' /proc/$me/status; do test -d /proc/$me || exit; done
             kill -HUP $me; kill -HUP $me; echo sent > sent) &
            exec "$@"
            """
        try gateway.start(under: ["sh", "-c", sender, "sh"])
        #expect(FileManager.default.fileExists(atPath: gateway.folder.appending(path: "sent").path))
        #expect(try gateway.curl("GET", "/api/maxine/status").status == 200)
        try gateway.signal(SIGHUP)
        for _ in 0..<500 where !gateway.logText().contains("SIGHUP: reloading") { usleep(10_000) }
        #expect(gateway.logText().contains("SIGHUP: reloading"))
        #expect(gateway.stop() == 0)
    }

    @Test(arguments: [SIGUSR1, SIGUSR2])
    func aSignalWithoutMeaningIsIgnored(_ number: Int32) throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        try gateway.signal(number)
        #expect(try gateway.curl("GET", "/api/maxine/status").status == 200)
        #expect(gateway.stop() == 0)
    }

    @Test func aGatewayLeavesNoCoreAndLetsNobodyOfItsUserLookIn() throws {
        let gateway = try GatewayProcess()
        let nobody = "65534"
        var wrapper: [String] = []
        if getuid() == 0 {
            for path in [gateway.folder.path, gateway.folder.appending(path: "maxine.yaml").path] {
                #expect(chown(path, 65534, 65534) == 0)
            }
            wrapper = ["setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups"]
        }
        try gateway.start(under: wrapper)
        let process = try #require(gateway.process?.id)
        try expectNoCore(of: process)
        // The files of a process that may be dumped are its user's.
        let facts = try FileManager.default.attributesOfItem(atPath: "/proc/\(process)/environ")
        #expect((facts[.ownerAccountID] as? NSNumber)?.intValue == 0)
        #expect(gateway.stop() == 0)
    }

    @Test func aCommandThatHoldsAKeyLeavesNoCore() throws {
        let gateway = try GatewayProcess()
        try gateway.start()
        // A listener that takes connections and says nothing: the command waits with its key in memory.
        let silent = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(silent) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port =
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                    bind(silent, address, length) == 0 && listen(silent, 8) == 0
                        && getsockname(silent, address, &length) == 0
                }
            } ? UInt16(bigEndian: address.sin_port) : 0
        #expect(port != 0)
        let command = try ChildProcess(
            [GatewayProcess.binary, "status"],
            environment: Shell.cleanEnvironment.merging(
                ["MAXINE_ADDR": "https://127.0.0.1:\(port)"]) { $1 },
            directory: gateway.folder)
        defer { command.status(within: 0) }
        let client = accept(silent, nil, nil)
        defer { close(client) }
        try expectNoCore(of: command.id)
        #expect(gateway.stop() == 0)
    }

    private func expectNoCore(of process: Int32) throws {
        let limits = try String(contentsOfFile: "/proc/\(process)/limits", encoding: .utf8)
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
        let words = (line ?? "").split(separator: " ").dropFirst(4)
        #expect(words.prefix(2) == ["0", "0"], "\(limits)")
    }
}
