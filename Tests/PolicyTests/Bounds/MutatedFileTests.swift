import Foundation
import Testing

@testable import Policy

/// Damaged policy files are refused or loaded, never a trap: a quick look on each run, `MAXINE_FUZZ_SECONDS` for more.
@Suite struct MutatedFileTests {
    @Test func noDamageTraps() {
        let environment = ProcessInfo.processInfo.environment
        let seconds = environment["MAXINE_FUZZ_SECONDS"].flatMap { Int($0) } ?? 2
        let given = environment["MAXINE_SEED"].flatMap { UInt64($0) }
        let seed = given ?? UInt64.random(in: 0...UInt64(UInt32.max))
        print("damaged policy files: MAXINE_SEED=\(seed)")
        var numbers = SeededNumbers(state: seed)
        var random = RandomPolicies(numbers: SeededNumbers(state: seed))
        var texts = MalformedFiles.all.map { Array($0.lines.joined(separator: "\n").utf8) }
        texts.append(Array(ShippedPolicy.text.utf8))
        for _ in 0..<40 { texts.append(Array(random.policy().yaml.utf8)) }
        let end = ContinuousClock.now + .seconds(seconds)
        var loaded = 0
        var refused = 0
        while ContinuousClock.now < end {
            let bytes = Self.damaged(texts, &numbers)
            let source = PolicySource(name: "f.yaml", bytes: bytes)
            do throws(PolicyErrors) {
                let policy = try CompiledPolicy.load(files: [source], trustDomain: "maxine.local")
                _ = PolicyCheck.run(files: [source])
                for _ in 0..<10 {
                    let subject = policy.subject(for: random.principal())
                    _ = policy.decide(subject, random.operation(), random.context()).isAllowed
                }
                loaded += 1
            } catch {
                #expect(!error.errors.isEmpty)
                #expect(error.errors.allSatisfy { $0.line > 0 && $0.column > 0 })
                refused += 1
            }
        }
        print("damaged policy files: \(refused) refused, \(loaded) loaded")
        #expect(refused > 0)
    }

    /// A text with a few bytes changed, cut, repeated, or taken from another.
    private static func damaged(
        _ texts: [[UInt8]], _ numbers: inout SeededNumbers
    ) -> [UInt8] {
        var bytes = texts[Int.random(in: 0..<texts.count, using: &numbers)]
        for _ in 0...Int.random(in: 0..<4, using: &numbers) {
            guard !bytes.isEmpty else { return bytes }
            let place = Int.random(in: 0..<bytes.count, using: &numbers)
            let length = min(Int.random(in: 1...40, using: &numbers), bytes.count - place)
            switch Int.random(in: 0..<5, using: &numbers) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
            case 1: bytes.removeSubrange(place..<(place + length))
            case 2: bytes.insert(contentsOf: bytes[place..<(place + length)], at: place)
            case 3:
                let marks = Array("{}[]:,&*!|>-#\"'%@`\n \t".utf8)
                bytes.insert(marks[Int.random(in: 0..<marks.count, using: &numbers)], at: place)
            default:
                let other = texts[Int.random(in: 0..<texts.count, using: &numbers)]
                let start = Int.random(in: 0..<max(1, other.count), using: &numbers)
                bytes.insert(
                    contentsOf: other.dropFirst(start).prefix(length), at: place)
            }
        }
        return bytes
    }
}
