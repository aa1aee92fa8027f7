import Foundation
import Testing

/// Time is read in one place, so that leases, deadlines and durations can't come to hang on a clock that somebody sets.
@Suite struct ClockTests {
    /// Who reads a clock, and why it may.
    private let readers = [
        "Sources/Time/Clocks.swift": "the one place",
        "Sources/Wire/Message/HTTPDate.swift": "the date field is wall time, read once an answer",
        "Sources/Audit/Journal/MonotonicCondition.swift": "waits of its own thread",
    ]
    private let words = [
        "clock_gettime(", "gettimeofday(", "Date()", "Date.now", "DispatchTime", "time(nil)",
        "CFAbsoluteTime", "timeIntervalSinceNow", "SuspendingClock",
        "lock(whenValue: true, timeout",
    ]

    @Test func nobodyElseReadsAClock() throws {
        var seen: Set<String> = []
        for file in try SourceTree.swiftFiles(under: "Sources") {
            for (index, line) in file.lines.enumerated() {
                let code = line.range(of: "//").map { line[..<$0.lowerBound] } ?? line
                guard let word = words.first(where: code.contains) else { continue }
                seen.insert(file.path)
                if readers[file.path] == nil {
                    Issue.record("\(file.path):\(index + 1) has \(word): take Clocks")
                }
            }
        }
        #expect(seen.contains("Sources/Time/Clocks.swift"), "the scanner sees nothing")
    }
}
