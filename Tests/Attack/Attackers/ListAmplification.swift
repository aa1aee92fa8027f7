import Support

/// Asks for long lists with short requests, and takes the answers as fast as they come.
struct ListAmplification: Attack {
    let name = "list amplification"

    private static let connections = 8
    private static let requestsPerSecond = 30
    private static let windowBytes: UInt32 = 1 << 30

    func setUp(_ target: Target) async throws { try await HeavyInstances.register(target) }

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        let raid = try Raid(target)
        var open: [RaidConnection] = []
        var requests = Pace(perSecond: Self.requestsPerSecond)
        while .now < end {
            open.removeAll { !$0.isOpen }
            while open.count < Self.connections {
                let window = HTTP2Frames.number(Self.windowBytes)
                let opening =
                    HTTP2Frames.preface(windowBytes: Self.windowBytes)
                    + HTTP2Frames.frame(8, window)
                guard let new = await raid.connect(sending: opening, returnsWindow: true) else {
                    throw TestFault(description: "the attacker could not connect")
                }
                open.append(new)
            }
            for _ in 0..<requests.due() {
                open.randomElement()?.request(1) {
                    HTTP2Frames.request(HeavyInstances.list, stream: $0)
                }
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let tally = raid.sofar
        await raid.end()
        guard tally.answers > 0 else { throw TestFault(description: "no list came") }
        return
            "\(tally.answers) long lists on \(tally.connections) connections of a service, "
            + "\(tally.bytes >> 20) MiB of answers to \(tally.requests) requests"
    }
}
