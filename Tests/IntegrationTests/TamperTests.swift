import Foundation
import StrictJSON
import Support
import Testing

/// Every change to the log's files is found, and named with file and line.
@Suite(.serialized) struct TamperTests {
    /// One way to damage a log, applied to the lines of one segment.
    enum Damage: CaseIterable {
        case changedByte, removedLine, swappedLines, cutMiddle
    }

    @Test func findsAnyDamageOfALogOfSeveralSegments() throws {
        var random = SeededGenerator(for: "TamperTests")
        let gateway = try Self.gatewayWithLog()
        let good = try gateway.verify()
        #expect(good.status == 0, "\(good.error)")
        let names = try Self.segmentNames(gateway)
        #expect(names.count >= 3, "\(names)")
        for damage in Damage.allCases {
            for _ in 0..<12 {
                let name = try #require(names.randomElement(using: &random))
                let what = try Self.copy(gateway, name, damage, &random)
                let result = try gateway.verify("copy")
                #expect(result.status == 6, "\(name), \(what): \(result.output)")
                let place = #/copy/segments/\d{20}\.jsonl:\d+: \S/#
                #expect(result.error.contains(place), "\(name), \(what): \(result.error)")
            }
        }
    }

    @Test func namesTheBatchOfTheLineThatWasChanged() throws {
        let gateway = try Self.gatewayWithLog()
        let name = try #require(try Self.segmentNames(gateway).dropFirst().first)
        let file = gateway.folder.appending(path: "data/audit/segments/\(name)")
        var lines = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
        let index = try #require(lines.firstIndex { $0.contains(#""type":"intent""#) })
        let commit = try #require(
            lines[index...].firstIndex { $0.hasPrefix(#"{"type":"commit""#) })
        let begin = lines[..<index].lastIndex { $0.hasPrefix(#"{"type":"commit""#) } ?? -1
        lines[index] = lines[index].replacing("10.0.0.7", with: "10.0.0.8")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let result = try gateway.verify()
        #expect(result.status == 6)
        let named = result.error.firstMatch(of: #/\.jsonl:(\d+):/#).flatMap { Int($0.1) } ?? 0
        // A root covers a batch, so any of its lines may be the one.
        #expect((begin + 2...commit + 1).contains(named), "\(index + 1): \(result.error)")
        #expect(result.error.contains(name))
        let json = try gateway.maxine("audit", "verify", "--dir", "data/audit", "--json")
        #expect(json.status == 6)
        #expect(json.output.contains("\"line\":"), "\(json.output)")
    }

    @Test func findsAMissingSegment() throws {
        let gateway = try Self.gatewayWithLog()
        let name = try #require(try Self.segmentNames(gateway).dropFirst().first)
        try FileManager.default.removeItem(
            at: gateway.folder.appending(path: "data/audit/segments/\(name)"))
        let result = try gateway.verify()
        #expect(result.status == 6)
        #expect(result.error.contains("the log continues with record"), "\(result.error)")
    }

    @Test func refusesToStartOnDamageBeforeTheLastCommitLine() throws {
        let gateway = try Self.gatewayWithLog()
        var random = SeededGenerator(for: "TamperTests")
        let names = try Self.segmentNames(gateway)
        let segments = gateway.folder.appending(path: "data/audit/segments")
        for name in [names[0], names[1]] {
            let file = segments.appending(path: name)
            let whole = try Data(contentsOf: file)
            _ = try Self.copy(gateway, name, .changedByte, &random)
            try Data(contentsOf: gateway.folder.appending(path: "copy/segments/\(name)"))
                .write(to: file)
            let before = try Data(contentsOf: file)
            do {
                try gateway.start()
                Issue.record("it started on a damaged log")
            } catch let refusal as GatewayProcess.NotStarted {
                let place = try Regex("segments/\(name):\\d+: ")
                #expect(refusal.description.contains(place), "\(refusal)")
            }
            #expect(gateway.stop() == 1)
            #expect(try Data(contentsOf: file) == before, "the damaged segment was changed")
            try whole.write(to: file)
        }
        try gateway.start()
        #expect(gateway.stop() == 0)
    }

    @Test func putsBytesBehindTheLastCommitLineIntoQuarantine() throws {
        let gateway = try Self.gatewayWithLog()
        let name = try #require(try Self.segmentNames(gateway).last)
        let file = gateway.folder.appending(path: "data/audit/segments/\(name)")
        let text = try String(contentsOf: file, encoding: .utf8)
        let whole = text.prefix { _ in true }.split(separator: "\n").joined(separator: "\n") + "\n"
        let torn = "{\"seq\":\(try gateway.records().count + 1),\"time\":\"2026-11-2"
        try Data((whole + torn).utf8).write(to: file)
        try gateway.start()
        let record = try gateway.awaitRecord { $0["action"]?.string == "log.recovered" }
        #expect(record?["type"]?.string == "system")
        #expect(record?["detail"] != nil)
        let quarantine = gateway.folder.appending(path: "data/audit/quarantine")
        let kept = try FileManager.default.contentsOfDirectory(atPath: quarantine.path)
        try #require(kept.count == 1)
        #expect(
            try String(contentsOf: quarantine.appending(path: kept[0]), encoding: .utf8) == torn)
        #expect(gateway.stop() == 0)
        #expect(try gateway.verify().status == 0)
    }

    /// A stopped gateway with some hundred records over several segments.
    private static func gatewayWithLog() throws -> GatewayProcess {
        let gateway = try GatewayProcess(
            configuration: "audit: { segment_bytes: 64KiB, fill_bytes: 16KiB, compress: false }\n")
        try gateway.start()
        let answers = try RegisteringClients(gateway, service: "api", clients: 4, each: 75).finish()
        #expect(answers.count { $0.status == 201 } == 300)
        #expect(gateway.stop() == 0)
        return gateway
    }

    private static func segmentNames(_ gateway: GatewayProcess) throws -> [String] {
        let folder = gateway.folder.appending(path: "data/audit/segments")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    }

    /// Copies the log to `copy` and damages one segment of it; says how.
    private static func copy(
        _ gateway: GatewayProcess, _ name: String, _ damage: Damage,
        _ random: inout SeededGenerator
    ) throws -> String {
        let copy = gateway.folder.appending(path: "copy")
        try? FileManager.default.removeItem(at: copy)
        try FileManager.default.copyItem(at: gateway.folder.appending(path: "data/audit"), to: copy)
        let file = copy.appending(path: "segments/\(name)")
        var bytes = [UInt8](try Data(contentsOf: file))
        while bytes.last == 0x0A { bytes.removeLast() }
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init)
        let what: String
        switch damage {
        case .changedByte:
            let place = Int.random(in: 0..<bytes.count, using: &random)
            let flipped = bytes[place] ^ (1 << UInt8.random(in: 0..<8, using: &random))
            what = "byte \(place) from \(bytes[place]) to \(flipped)"
            bytes[place] = flipped
            try Data(bytes + [0x0A]).write(to: file)
            return what
        case .removedLine:
            let place = Int.random(in: 0..<lines.count - 1, using: &random)
            lines.remove(at: place)
            what = "line \(place + 1) removed"
        case .swappedLines:
            let place = Int.random(in: 0..<lines.count - 1, using: &random)
            var other = place
            while lines[other] == lines[place] {
                other = Int.random(in: 0..<lines.count, using: &random)
            }
            lines.swapAt(place, other)
            what = "lines \(place + 1) and \(other + 1) swapped"
        case .cutMiddle:
            let start = Int.random(in: 1..<lines.count / 2, using: &random)
            let end = Int.random(in: start + 1..<lines.count - 1, using: &random)
            lines.removeSubrange(start..<end)
            what = "lines \(start + 1) to \(end) cut out"
        }
        try Data(lines.joined(separator: [0x0A]) + [0x0A]).write(to: file)
        return what
    }
}
