import Foundation
import StrictJSON
import Testing

/// The power goes while the gateway works: what each image of the disk still holds is compared with what was answered.
@Suite(
    .serialized,
    .enabled(if: PowerCutDisk.isPossible, "needs root, loop mounts, mkfs.xfs and mkfs.ext4"))
struct PowerCutImageTests {
    private struct Cut {
        let image: URL
        /// What clients had been told when the image was made.
        let acknowledged: Set<String>
        /// The records that the log had acknowledged by then.
        let records: Int
    }

    /// MAXINE_POWER_CUTS sets the number of images.
    private var count: Int {
        ProcessInfo.processInfo.environment["MAXINE_POWER_CUTS"].flatMap { Int($0) } ?? 12
    }

    @Test func everyImageHoldsWhatWasAcknowledged() throws {
        var random = SeededGenerator(for: "PowerCutImageTests")
        var number = 0
        while number < count {
            let gateway = try GatewayProcess(
                configuration: "audit: { segment_bytes: 256KiB, fill_bytes: 64KiB }\n")
            let disk = try PowerCutDisk(on: gateway.folder.appending(path: "data"))
            try gateway.start()
            let clients = try RegisteringClients(
                gateway, service: "kept", clients: 4, each: 2000, isLive: true)
            var cuts: [Cut] = []
            for _ in 0..<min(20, count - number) {
                usleep(UInt32.random(in: 20_000...200_000, using: &random))
                let acknowledged = Set(
                    try clients.soFar().filter { $0.status == 201 }.map(\.id))
                let records = try Self.records(gateway)
                cuts.append(
                    Cut(
                        image: try disk.cut(number), acknowledged: acknowledged,
                        records: records))
                number += 1
            }
            let last = try clients.finish(seconds: 90)
            let asked = Set(last.map(\.id))
            #expect(gateway.stop() == 0)
            let whole = try gateway.records()
            for cut in cuts { try judge(cut, gateway, whole, asked) }
        }
    }

    private func judge(
        _ cut: Cut, _ gateway: GatewayProcess, _ whole: [String], _ asked: Set<String>
    ) throws {
        let other = try GatewayProcess()
        let name = cut.image.lastPathComponent
        for file in ["maxine.yaml", "certs"] {
            try? FileManager.default.removeItem(at: other.folder.appending(path: file))
            try FileManager.default.copyItem(
                at: gateway.folder.appending(path: file), to: other.folder.appending(path: file))
        }
        try PowerCutDisk.mounted(cut.image, on: other.folder.appending(path: "data")) {
            try other.start()
            let listed = try other.instanceIDs("kept")
            #expect(
                cut.acknowledged.isSubset(of: listed),
                "\(name) lost \(cut.acknowledged.subtracting(listed))")
            #expect(listed.isSubset(of: asked.union(cut.acknowledged)), "\(name)")
            #expect(other.stop() == 0)
            let kept = try other.records()
            // Up to the restart the records are those of the log that went on; behind it come the start's own.
            let same = zip(kept, whole).prefix { $0 == $1 }.count
            #expect(same >= cut.records, "\(name): \(same) of \(cut.records) records")
            let own = kept.dropFirst(same)
            #expect(
                own.first.map { $0.contains(#""action":"log."#) } ?? false,
                "\(name): a phantom: \(own.first ?? "")")
            let intents = Set(
                try kept.map { try StrictJSON.parse(Array($0.utf8)) }
                    .filter { $0["type"]?.string == "intent" }
                    .compactMap { $0["resource"]?["id"]?.string })
            #expect(listed.isSubset(of: intents), "\(name): an effect without its intent")
            let verified = try other.verify()
            #expect(verified.status == 0, "\(name): \(verified.error)")
            try judgeWithTlogScales(other, name)
        }
    }

    private func judgeWithTlogScales(_ other: GatewayProcess, _ name: String) throws {
        guard ScalesVenv.isPossible else { return }
        let keys = try other.maxine("audit", "checkpoint", "--keys", "--dir", "data/audit")
        _ = try other.maxine("audit", "publish", "--dir", "data/audit", "--out", "public")
        let result = try ScalesVenv.check(
            "public", keys.output.trimmingCharacters(in: .newlines), [], in: other.folder)
        #expect(result.status == 0, "\(name): \(result.error)")
    }

    /// The records that the gateway says are durable.
    private static func records(_ gateway: GatewayProcess) throws -> Int {
        let page = try Shell.run(["curl", "-sS", gateway.metricsAddress + "/metrics"]).output
        let line = page.split(separator: "\n").first { $0.hasPrefix("maxine_audit_records ") }
        return line.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
    }
}
