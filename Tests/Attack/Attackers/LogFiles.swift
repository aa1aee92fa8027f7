import Foundation
import Support

/// Takes the newest segment of the log away and puts it back, the same with their folder; at last cuts the segment for good.
struct LogFiles: Attack {
    let name = "log files removed, truncated"
    let mayBeRefused = true

    /// How long they are away, and how long they are there again.
    private static let away = Duration.seconds(4)
    private static let back = Duration.seconds(6)

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        let audit = target.folder.appending(path: "data/audit")
        let segments = audit.appending(path: "segments")
        let aside = audit.appending(path: "aside")
        let files = FileManager.default
        var removals = 0
        try await Task.sleep(for: Self.away)
        // What is cut stays so until the end.
        while ContinuousClock.now + (Self.away + Self.back) * 2 < end {
            let place = try removals % 2 == 0 ? Self.newest(in: segments) : segments
            try files.moveItem(at: place, to: aside)
            try await Task.sleep(for: Self.away)
            try files.moveItem(at: aside, to: place)
            try await Task.sleep(for: Self.back)
            removals += 1
        }
        let newest = try Self.newest(in: segments)
        try FileHandle(forWritingTo: newest).truncate(atOffset: 0)
        try await Task.sleep(until: end)
        return
            "the newest segment or the folder of all taken away and put back \(removals) times, then the segment cut to nothing"
    }

    /// The loss is accepted as the manual has it: with the gateway stopped, and what is damaged moved away.
    func restore(_ gateway: GatewayProcess) throws {
        guard gateway.stop() == 0 else {
            throw TestFault(description: "it did not stop: \(gateway.logText())")
        }
        let audit = gateway.folder.appending(path: "data/audit")
        try FileManager.default.moveItem(
            at: Self.newest(in: audit.appending(path: "segments")),
            to: audit.appending(path: "damaged"))
        let accepted = try gateway.maxine("audit", "accept-loss", "--reason", "an attack")
        guard accepted.status == 0 else { throw TestFault(description: accepted.error) }
        try gateway.start()
    }

    private static func newest(in segments: URL) throws -> URL {
        let names = try FileManager.default.contentsOfDirectory(atPath: segments.path)
        guard let newest = names.filter({ $0.hasSuffix(".jsonl") }).max() else {
            throw TestFault(description: "there is no segment")
        }
        return segments.appending(path: newest)
    }
}
