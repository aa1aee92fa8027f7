import Foundation
import Support
import Testing

/// The binary is killed at the N-th write, sync or rename of a start that seals: the next start goes on, with all that was acknowledged.
@Suite(
    .serialized,
    .enabled(if: SyncTrace.isPossible, "strace is not installed or may not trace"))
struct SealCrashTests {
    @Test(.timeLimit(.minutes(15)), arguments: ["rename", "fdatasync", "pwrite64"])
    func aStartThatIsKilledWhileItSealsLosesNothing(call: String) throws {
        let gateway = try GatewayProcess(
            configuration: "audit: { segment_bytes: 64KiB, fill_bytes: 0 }\n")
        try gateway.start()
        let answers = try RegisteringClients(gateway, service: "kept", clients: 4, each: 120)
            .finish()
        let kept = Set(answers.filter { $0.status == 201 }.map(\.id))
        #expect(kept.count == 480)
        #expect(gateway.stop() == 0)
        let seals = gateway.folder.appending(path: "data/audit/seals")
        var kills = 0
        for number in Repetitions.some(of: Array(1...20)) {
            try? FileManager.default.removeItem(at: seals)
            try? gateway.start(under: [
                "strace", "-D", "-f", "-qq", "-o", "trace", "-e", "trace=\(call)", "-e",
                "inject=\(call):signal=KILL:when=\(number)",
            ])
            gateway.crash()
            let trace = gateway.folder.appending(path: "trace")
            if try String(contentsOf: trace, encoding: .utf8).contains("killed by SIGKILL") {
                kills += 1
            }
            try gateway.start()
            #expect(try gateway.instanceIDs("kept") == kept, "\(call) \(number)")
            #expect(gateway.stop() == 0)
            #expect(try gateway.verify().status == 0, "\(call) \(number)")
        }
        #expect(kills > 0)
        // What was sealed after all those kills is believed.
        try gateway.start()
        #expect(gateway.logText().contains("by their seals"), "\(gateway.logText())")
        #expect(try gateway.instanceIDs("kept") == kept)
        #expect(gateway.stop() == 0)
    }
}
