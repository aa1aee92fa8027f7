import Foundation
import StrictJSON
import Support
import Testing

/// A gateway's folder that is copied for each trial, what is done there, and what must hold after it.
final class StorageSweep: Sendable {
    /// One call, and what becomes of it.
    struct Trial: Sendable {
        let call: StorageShim.Call
        let how: StorageShim.Harm
    }

    private static let setting = ProcessInfo.processInfo.environment["MAXINE_SWEEP"]
    /// Whether all calls are harmed, or one of each kind.
    static var isWhole: Bool { setting != nil }
    private static func configuration(packing: Bool) -> String {
        "audit: { segment_bytes: 64KiB, fill_bytes: 16KiB, tile_entries: true, compress: \(packing),"
            + " retention: { age: 1d } }\n"
    }
    private static let twoDays = 2 * 86_400_000
    private static let trialsMax = 20

    private let shim: StorageShim
    /// What each trial begins with.
    private let template: TestFolder
    private let kept: Set<String>
    private let verified: TestFolder

    /// Fills segments that nothing has sealed or packed yet, two days ago: they are to go once they are.
    init() throws {
        shim = try StorageShim()
        verified = try TestFolder()
        template = try TestFolder()
        let gateway = try GatewayProcess(configuration: Self.configuration(packing: false))
        let clock = try ClockShim()
        try clock.shiftWall(milliseconds: -Self.twoDays)
        try gateway.start(under: clock.wrapper)
        let answers = try RegisteringClients(
            gateway, service: "kept", clients: 2, each: 90, under: clock.wrapper
        ).finish()
        kept = Set(answers.filter { $0.status == 201 }.map(\.id))
        #expect(kept.count == 180)
        #expect(gateway.stop() == 0)
        // What was sealed already is to be sealed by each start.
        try? FileManager.default.removeItem(
            at: gateway.folder.appending(path: "data/audit/seals"))
        try Self.copy(["data", "certs"], from: gateway.folder.path, to: template.path)
    }

    /// The calls of a trial in which nothing is harmed.
    func calls() throws -> [StorageShim.Call] {
        let gateway = try copy()
        let log = gateway.folder.appending(path: "calls").path
        try gateway.start(under: shim.wrapper(under: data(gateway), log: log))
        let work = try SweptWork(gateway)
        #expect(work.answers.allSatisfy { [200, 201].contains($0.status) }, "\(work.answers)")
        #expect(try gateway.isPacked() && gateway.isPruned(), "nothing was harmed")
        #expect(gateway.stop() == 0)
        try expectWhole(gateway, work, "nothing was harmed")
        return try StorageShim.calls(in: log)
    }

    /// Every call, or every n-th, in each way.
    func all(_ calls: [StorageShim.Call]) -> [Trial] {
        let step = max(1, Int(Self.setting ?? "") ?? 1)
        return calls.filter { $0.number % step == 0 }.flatMap { call in
            Self.harms(of: call).map { Trial(call: call, how: $0) }
        }
    }

    /// One call of each kind in one way, as many as there is time for.
    func some(_ calls: [StorageShim.Call], _ random: inout SeededGenerator) -> [Trial] {
        let kinds = Dictionary(grouping: calls, by: \.kind)
        let trials = kinds.values.compactMap { calls -> Trial? in
            guard let call = calls.randomElement(using: &random),
                let how = Self.harms(of: call).randomElement(using: &random)
            else { return nil }
            return Trial(call: call, how: how)
        }
        return Array(trials.shuffled(using: &random).prefix(Self.trialsMax))
    }

    private static func harms(of call: StorageShim.Call) -> [StorageShim.Harm] {
        call.name.hasSuffix("write") ? [.fail, .half, .kill] : [.fail, .persist, .killed]
    }

    /// Harms one call, and says how that ended.
    func run(_ trial: Trial) throws -> String {
        let gateway = try copy()
        let log = gateway.folder.appending(path: "calls").path
        let place = "\(trial.how) of call \(trial.call.number), \(trial.call.kind)"
        var work: SweptWork?
        var ending = "served on"
        do {
            try gateway.start(
                under: shim.wrapper(
                    under: data(gateway), log: log, harm: (trial.call.number, trial.how)))
            work = try SweptWork(gateway)
            if gateway.process?.isRunning == true {
                try expectRecovered(gateway, place)
            } else {
                ending = "ended while it served"
            }
        } catch let refusal as GatewayProcess.NotStarted {
            let isKilled = [.half, .kill, .killed].contains(trial.how)
            #expect(isKilled || refusal.description.contains("maxine: "), "\(place): \(refusal)")
            ending = "ended in its start"
        }
        gateway.crash()
        if try StorageShim.calls(in: log).count < trial.call.number {
            ending = "did not come so far"
        }
        try expectWhole(gateway, work, place)
        return ending
    }

    /// A gateway in a folder of its own that is as the template's.
    private func copy() throws -> GatewayProcess {
        let gateway = try GatewayProcess(configuration: Self.configuration(packing: true))
        try Self.copy(["data", "certs"], from: template.path, to: gateway.folder.path)
        return gateway
    }

    private static func copy(_ names: [String], from folder: String, to target: String) throws {
        let paths = names.map { folder + "/" + $0 }
        let copied = try Shell.run(["cp", "-a"] + paths + [target])
        guard copied.status == 0 else { throw TestFault(description: copied.error) }
    }

    private func data(_ gateway: GatewayProcess) -> URL { gateway.folder.appending(path: "data") }

    /// What fails once is over: it takes changes again, packs what is full, and ends in order.
    private func expectRecovered(_ gateway: GatewayProcess, _ place: String) throws {
        var status = 0
        for _ in 0..<100 where status != 201 && gateway.process?.isRunning == true {
            // It may be ended just then.
            status = (try? gateway.register("kept", "again").status) ?? 0
            if status != 201 { usleep(100_000) }
        }
        #expect(
            status == 201 || gateway.process?.isRunning != true, "\(place): \(gateway.logText())")
        let isDone = try gateway.isPacked() && gateway.isPruned()
        #expect(isDone || gateway.process?.isRunning != true, "\(place): \(gateway.logText())")
        _ = gateway.stop()
    }

    /// After a start without harm: what was acknowledged is there, what was refused is not, and the log is whole.
    private func expectWhole(
        _ gateway: GatewayProcess, _ work: SweptWork?, _ place: String
    ) throws {
        let before = try gateway.verify()
        let newest = try newestSegment(gateway)
        #expect(
            before.status == 0 || before.error.contains("/\(newest):"),
            "\(place): \(before.error)")
        do {
            try gateway.start()
        } catch {
            Issue.record("\(place): it does not start any more: \(error)")
            return
        }
        let listed = try gateway.instanceIDs("kept")
        let taken = kept.union(work?.taken ?? [])
        #expect(taken.isSubset(of: listed), "\(place): lost \(taken.subtracting(listed))")
        let refused = work?.refused ?? []
        #expect(listed.isDisjoint(with: refused), "\(place): \(listed.intersection(refused))")
        #expect(gateway.stop() == 0, "\(place)")
        // By the checkpoint and the keys that it left.
        let after = try gateway.maxine("audit", "verify")
        #expect(after.status == 0, "\(place): \(after.error)")
        #expect(after.output.contains("end proved up to record "), "\(place): \(after.output)")
        try SweptLog(gateway).expectCounted(listed, before: kept, place)
        try work?.expectKeys(of: gateway, place)
        try keepForOthers(gateway)
    }

    private func newestSegment(_ gateway: GatewayProcess) throws -> String {
        try gateway.segmentFiles().filter { $0.hasSuffix(".jsonl") }.max() ?? "?"
    }

    /// Puts what was published by for the other verifier, who is asked for many at once.
    private func keepForOthers(_ gateway: GatewayProcess) throws {
        let target = verified.path(gateway.folder.lastPathComponent)
        try FileManager.default.createDirectory(
            atPath: target, withIntermediateDirectories: false)
        let names = ["certs/log.vkey", "data/audit/tlog", "data/audit/segments"]
        try Self.copy(names, from: gateway.folder.path, to: target)
    }

    /// The other verifier believes all that were put by.
    func expectBothVerifiers() throws {
        let names = try verified.names("").map { verified.path($0) }
        defer { for name in names { try? FileManager.default.removeItem(atPath: name) } }
        guard PythonPeers.areThere, !names.isEmpty else { return }
        let result = try Shell.run(
            [PythonPeers.python, "-c", SweptLog.otherVerifier] + names, timeoutSeconds: 300)
        #expect(result.status == 0, "\(result.error)")
        #expect(result.output.contains("verified \(names.count)\n"), "\(result.output)")
    }
}
