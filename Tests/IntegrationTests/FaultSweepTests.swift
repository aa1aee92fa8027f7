import Foundation
import StrictJSON
import Testing

/// The N-th write, sync or rename of the release binary fails, or the process dies in it, for N in 1, 2, 3, ...
///
/// After each: nothing acknowledged is lost, nothing refused is there, each effect has its intent, and the log is whole.
@Suite(
    .serialized,
    .enabled(if: SyncTrace.isPossible, "strace is not installed or may not trace"))
struct FaultSweepTests {
    struct Sweep: Sendable, CustomTestStringConvertible {
        let call: String
        let effect: String
        let last: Int
        var testDescription: String { "\(call) \(effect) 1...\(last)" }
    }

    static let sweeps = [
        Sweep(call: "fdatasync", effect: "error=EIO", last: 24),
        Sweep(call: "pwrite64", effect: "error=ENOSPC", last: 30),
        Sweep(call: "pwrite64", effect: "error=EIO", last: 12),
        Sweep(call: "rename", effect: "error=EIO", last: 8),
        Sweep(call: "fsync", effect: "error=EIO", last: 10),
        Sweep(call: "fdatasync", effect: "signal=KILL", last: 24),
        Sweep(call: "pwrite64", effect: "signal=KILL", last: 24),
        Sweep(call: "rename", effect: "signal=KILL", last: 8),
    ]

    /// Every N by default; MAXINE_SWEEP_STEP takes every so-manieth, for a machine with little time.
    private var step: Int {
        max(1, ProcessInfo.processInfo.environment["MAXINE_SWEEP_STEP"].flatMap { Int($0) } ?? 1)
    }

    @Test(arguments: sweeps)
    func survivesEveryNth(_ sweep: Sweep) throws {
        var reached = 0
        for number in stride(from: 1, through: sweep.last, by: step) {
            if try survives("\(sweep.call):\(sweep.effect):when=\(number)", sweep) { reached += 1 }
        }
        #expect(reached > 0, "no fault was ever reached")
    }

    /// Says whether the fault was reached.
    private func survives(_ fault: String, _ sweep: Sweep) throws -> Bool {
        let gateway = try GatewayProcess(
            configuration: "audit: { segment_bytes: 64KiB, fill_bytes: 16KiB }\n")
        try gateway.start()
        #expect(try gateway.register("kept", "first").status == 201)
        #expect(gateway.stop() == 0)
        var answers: [(id: String, status: Int)] = []
        do {
            try gateway.start(under: [
                "strace", "-D", "-f", "-y", "-qq", "-o", "trace", "-e",
                "trace=fdatasync,fsync,pwrite64,rename,close", "-e", "inject=\(fault)",
            ])
            answers = try RegisteringClients(gateway, service: "kept", clients: 2, each: 30)
                .finish()
            if sweep.effect == "signal=KILL" {
                gateway.crash()
            } else {
                _ = try gateway.awaitHealth("/readyz", 200)
                gateway.stop()
            }
        } catch let refusal as GatewayProcess.NotStarted {
            if sweep.effect != "signal=KILL" {
                #expect(refusal.description.contains("maxine: "), "\(fault): \(refusal)")
            }
            gateway.crash()
        }
        let trace = try String(
            contentsOf: gateway.folder.appending(path: "trace"), encoding: .utf8)
        let syncs = SyncTrace(trace)
        #expect(syncs.repeated.isEmpty, "\(fault): \(syncs.repeated)")
        try expectWhole(gateway, answers, fault)
        return trace.contains("INJECTED") || trace.contains("killed by SIGKILL")
    }

    private func expectWhole(
        _ gateway: GatewayProcess, _ answers: [(id: String, status: Int)], _ fault: String
    ) throws {
        try gateway.start()
        let listed = try gateway.instanceIDs("kept")
        let taken = Set(answers.filter { $0.status == 201 }.map(\.id)).union(["first"])
        let refused = Set(answers.filter { $0.status == 503 }.map(\.id))
        #expect(taken.isSubset(of: listed), "\(fault) lost \(taken.subtracting(listed))")
        #expect(listed.isDisjoint(with: refused), "\(fault): \(listed.intersection(refused))")
        #expect(gateway.stop() == 0)
        let intents = Set(
            try gateway.journal().filter { $0["type"]?.string == "intent" }
                .compactMap { $0["resource"]?["id"]?.string })
        #expect(listed.isSubset(of: intents), "\(fault): \(listed.subtracting(intents))")
        let verified = try gateway.verify()
        #expect(verified.status == 0, "\(fault): \(verified.error)")
    }
}
