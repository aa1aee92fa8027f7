internal import NIOConcurrencyHelpers

/// Counts one key's requests in windows of a minute and an hour, and notes its last use.
///
/// draft-ietf-httpapi-ratelimit-headers-10: `RateLimit-Policy` and `RateLimit`.
final class APIKeyMeter: RequestMeter {
    private struct Window {
        let name: String
        let seconds: Int64
        let quota: Int
        var startNanoseconds: Int64 = .min
        var used = 0

        mutating func turn(_ now: Int64) {
            guard startNanoseconds == .min || now - startNanoseconds >= seconds * 1_000_000_000
            else { return }
            startNanoseconds = now
            used = 0
        }

        func secondsLeft(_ now: Int64) -> Int {
            let left = startNanoseconds + seconds * 1_000_000_000 - now
            return Int(max(1, (left + 999_999_999) / 1_000_000_000))
        }
    }

    private struct State {
        var windows: [Window]
        var usedNanoseconds: Int64?
    }

    private let state: NIOLockedValueBox<State>
    private let policy: String

    init(perMinute: Int?, perHour: Int?, usedNanoseconds: Int64?) {
        var windows: [Window] = []
        if let perMinute { windows.append(Window(name: "minute", seconds: 60, quota: perMinute)) }
        if let perHour { windows.append(Window(name: "hour", seconds: 3600, quota: perHour)) }
        policy = windows.map { "\"\($0.name)\";q=\($0.quota);w=\($0.seconds)" }
            .joined(separator: ", ")
        state = NIOLockedValueBox(State(windows: windows, usedNanoseconds: usedNanoseconds))
    }

    /// Counts one request against all windows; one that is refused counts against none.
    func take(nowNanoseconds now: Int64) -> MeterReading {
        state.withLockedValue { state in
            for index in state.windows.indices { state.windows[index].turn(now) }
            let full = state.windows.filter { $0.used >= $0.quota }
            if full.isEmpty {
                state.usedNanoseconds = now
                for index in state.windows.indices { state.windows[index].used += 1 }
            }
            let tightest = state.windows.min { $0.quota - $0.used < $1.quota - $1.used }
            let text = tightest.map {
                "\"\($0.name)\";r=\(max(0, $0.quota - $0.used));t=\($0.secondsLeft(now))"
            }
            return MeterReading(
                retryAfterSeconds: full.map { $0.secondsLeft(now) }.max(), policy: policy,
                state: text ?? "")
        }
    }

    var usedNanoseconds: Int64? { state.withLockedValue { $0.usedNanoseconds } }
}
