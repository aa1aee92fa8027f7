import Foundation
import Support
import Testing

/// The disk fails at the N-th call: nothing that was acknowledged is lost, and the gateway recovers.
@Suite(
    .serialized,
    .enabled(if: SyncTrace.isPossible, "strace is not installed or may not trace"))
struct SyncFaultTests {
    @Test(arguments: 1...20)
    func survivesAFailedSync(number: Int) throws {
        try survive("fdatasync:error=EIO:when=\(number)")
    }

    @Test(arguments: [3, 8, 15])
    func survivesAFailedWrite(number: Int) throws {
        try survive("pwrite64:error=ENOSPC:when=\(number)")
    }

    @Test func survivesADiskThatFailsForAWhile() throws {
        try survive("fdatasync:error=EIO:when=6..12")
    }

    private func survive(_ fault: String) throws {
        let gateway = try GatewayProcess(
            configuration: "audit: { segment_bytes: 64KiB, fill_bytes: 16KiB }\n")
        try gateway.start()
        #expect(try gateway.register("kept", "first").status == 201)
        #expect(gateway.stop() == 0)
        do {
            // -D: the gateway, not strace, is our child, and gets our signals.
            try gateway.start(under: [
                "strace", "-D", "-f", "-y", "-qq", "-o", "trace", "-e",
                "trace=fdatasync,pwrite64,close",
                "-e", "inject=\(fault)",
            ])
        } catch let refusal as GatewayProcess.NotStarted {
            #expect(refusal.description.contains("maxine: "), "\(refusal)")
            try expectWhole(gateway, ["first"], [])
            return
        }
        let answers = try RegisteringClients(gateway, service: "kept", clients: 4, each: 30)
            .finish()
        #expect(answers.count == 120)
        #expect(answers.allSatisfy { $0.status == 201 || $0.status == 503 })
        #expect(try gateway.awaitHealth("/readyz", 200), "\(gateway.logText())")
        #expect(try registersAgain(gateway))
        #expect(gateway.stop() == 0)
        let trace = try String(
            contentsOf: gateway.folder.appending(path: "trace"), encoding: .utf8)
        #expect(trace.contains("INJECTED"), "the fault was never reached")
        let syncs = SyncTrace(trace)
        #expect(syncs.repeated.isEmpty, "\(syncs.repeated)")
        let taken = answers.filter { $0.status == 201 }.map(\.id)
        let refused = answers.filter { $0.status == 503 }.map(\.id)
        try expectWhole(gateway, Set(["first", "last"] + taken), Set(refused))
    }

    /// strace counts calls by thread: those of the thread that commits and of the one that recovers fail in turn, a retry each.
    private func registersAgain(_ gateway: GatewayProcess) throws -> Bool {
        for _ in 0..<150 {
            if try gateway.register("kept", "last").status == 201 { return true }
            usleep(200_000)
        }
        return false
    }

    /// After a start without faults: what was acknowledged is listed, what was refused is not.
    private func expectWhole(
        _ gateway: GatewayProcess, _ kept: Set<String>, _ refused: Set<String>
    ) throws {
        let before = try gateway.verify()
        #expect(before.status == 0, "\(before.error)")
        try gateway.start()
        let listed = try gateway.instanceIDs("kept")
        #expect(kept.isSubset(of: listed), "lost: \(kept.subtracting(listed))")
        #expect(listed.isDisjoint(with: refused), "\(listed.intersection(refused))")
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }
}
