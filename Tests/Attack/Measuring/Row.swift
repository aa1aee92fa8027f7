import Foundation

/// What one attack came to: a row of the table, and which demands are not met.
struct Row {
    static let head = """
        | attack | what was done | client's requests: done, 429, 503, failed | p50 and p99 before | under attack | p99, times | memory | log a minute | catalogue |
        |---|---|---|---|---|---|---|---|---|
        """

    private let attack: any Attack
    private let done: String
    private let calm: Samples
    private let attacked: Samples
    private let usage: Meter.Usage
    private let difference: [String]
    private let stopStatus: Int32
    private let verifyStatus: Int32

    init(
        attack: any Attack, done: String, calm: Samples, attacked: Samples, usage: Meter.Usage,
        difference: [String], stopStatus: Int32, verifyStatus: Int32
    ) {
        self.attack = attack
        self.done = done
        self.calm = calm
        self.attacked = attacked
        self.usage = usage
        self.difference = difference
        self.stopStatus = stopStatus
        self.verifyStatus = verifyStatus
    }

    /// A row of a Markdown table.
    var line: String {
        let counts = [
            attacked.done, attacked.tooMany, attacked.unavailable, attacked.failures.count,
        ]
        let cells = [
            attack.name, done, counts.map(String.init).joined(separator: ", "),
            Self.latencies(calm), Self.latencies(attacked),
            ratio.map { String(format: "%.1f", $0) } ?? "-",
            String(format: "%+.0f MiB", memoryMebibytes),
            String(format: "%.1f MiB", logMebibytesAMinute),
            difference.isEmpty ? "the same" : "\(difference.count) differ",
        ]
        return "| " + cells.joined(separator: " | ") + " |"
    }

    /// A sentence for each demand that is not met.
    var failures: [String] {
        var lines = calm.failures.prefix(1).map { "before the attack a request failed: \($0)" }
        if let first = attacked.failures.first {
            lines.append("\(attacked.failures.count) requests failed, the first: \(first)")
        }
        let refused = attacked.unavailable + attacked.tooMany
        if refused > 0, !attack.mayBeRefused {
            lines.append(
                "\(refused) requests were refused, and nobody but the attacker did anything")
        }
        if let ratio {
            if ratio > attack.ratioMax {
                lines.append(String(format: "p99 is %.1f times that of before", ratio))
            }
        } else {
            lines.append("there are fewer than \(Demands.answersMin) answers to tell a p99 of")
        }
        if memoryMebibytes > Demands.memoryMebibytesMax {
            lines.append(String(format: "memory grew by %.0f MiB", memoryMebibytes))
        }
        if logMebibytesAMinute > Demands.logMebibytesAMinuteMax {
            lines.append(String(format: "the log grew by %.1f MiB a minute", logMebibytesAMinute))
        }
        if let first = difference.first {
            lines.append(
                "the catalogue differs in \(difference.count) instances, the first: \(first)")
        }
        if stopStatus != 0 { lines.append("the gateway ended with status \(stopStatus)") }
        if verifyStatus != 0 { lines.append("the log does not verify: status \(verifyStatus)") }
        return lines.map { "\(attack.name): \($0)" }
    }

    private var ratio: Double? {
        guard let before = calm.milliseconds(percentile: 99),
            let under = attacked.milliseconds(percentile: 99)
        else { return nil }
        return under / before
    }

    private var memoryMebibytes: Double {
        Double(usage.memoryBytesMost - usage.memoryBytes) / 1_048_576
    }

    private var logMebibytesAMinute: Double {
        guard usage.seconds > 0 else { return 0 }
        return Double(usage.logBytes) / usage.seconds * 60 / 1_048_576
    }

    private static func latencies(_ samples: Samples) -> String {
        let cells = [50, 99].map { percentile in
            samples.milliseconds(percentile: percentile).map { String(format: "%.1f", $0) } ?? "-"
        }
        return cells.joined(separator: " / ") + " ms"
    }
}
