import Glibc
import Policy

/// Measures decisions one at a time: `swift run -c release PolicyBenchmark`.
///
/// It exits 1 when a decision allocates, or with `--check` when a figure passes its bound.
@main
struct PolicyBenchmark {
    static let boundP50 = 300
    static let boundP99 = 1_000
    static let rounds = 400_000

    static func main() throws {
        let isChecking = CommandLine.arguments.contains("--check")
        let text = LargePolicy.text
        let files = [PolicySource(name: "large.yaml", text: text)]
        let start = nanoseconds()
        let policy = try CompiledPolicy.load(files: files, trustDomain: "maxine.local")
        let load = nanoseconds() - start
        print("load: \(policy.ruleCount) rules, \(text.utf8.count) bytes, \(load / 1_000_000) ms")
        print("timer: \(timer()) ns, included in every figure")
        let subjects = try Requests.subjects(policy)
        print("subject: \(subjects.nanoseconds) ns a principal, \(subjects.all.count) principals")
        print("counting of allocations works: \(AllocationCount.isTrusted)")
        var isGood = AllocationCount.isTrusted && load < 1_000_000_000
        print("                  p50 ns   p99 ns p99.9 ns   max us  allowed  allocations")
        for mix in [Requests.mixed(subjects.all), .deep(subjects.all), .listing(subjects.all)] {
            let figures = measure(policy, mix)
            print(figures.line(mix.name))
            let isWithin = figures.p50 <= boundP50 && figures.p99 < boundP99
            isGood = isGood && figures.allocations == 0 && isWithin
        }
        if isChecking, !isGood { exit(1) }
    }

    private static func measure(_ policy: CompiledPolicy, _ mix: Requests) -> Figures {
        var times = [Int32](repeating: 0, count: rounds)
        var allowed = 0
        var allocations = 0
        for pass in 0..<2 {
            allowed = 0
            let before = AllocationCount.now
            for round in 0..<rounds {
                let request = mix.requests[round & (Requests.count - 1)]
                let start = nanoseconds()
                let isAllowed =
                    policy.decide(
                        mix.subjects[request.subject], request.operation, request.context
                    ).isAllowed
                times[round] = Int32(truncatingIfNeeded: nanoseconds() - start)
                if isAllowed { allowed += 1 }
            }
            // The first pass warms up.
            if pass == 1 { allocations = AllocationCount.now - before }
        }
        times.sort()
        return Figures(
            p50: Int(times[rounds / 2]), p99: Int(times[rounds / 100 * 99]),
            p999: Int(times[rounds / 1_000 * 999]), maximum: Int(times[rounds - 1]),
            allowedPercent: allowed * 100 / rounds, allocations: allocations)
    }

    /// What reading the clock twice costs.
    private static func timer() -> Int {
        var times = (0..<10_000).map { _ in
            let start = nanoseconds()
            return Int(nanoseconds() - start)
        }
        times.sort()
        return times[times.count / 2]
    }

    @inline(__always)
    static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}

/// What one mix of requests came to.
struct Figures {
    var p50: Int
    var p99: Int
    var p999: Int
    var maximum: Int
    var allowedPercent: Int
    var allocations: Int

    func line(_ name: String) -> String {
        let columns = [
            pad("\(p50)", 8), pad("\(p99)", 8), pad("\(p999)", 8), pad("\(maximum / 1_000)", 8),
            pad("\(allowedPercent) %", 8), pad("\(allocations)", 12),
        ]
        return name + String(repeating: " ", count: max(0, 16 - name.count))
            + columns.joined(separator: " ")
    }

    private func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }
}
