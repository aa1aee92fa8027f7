import NIOConcurrencyHelpers
import Support

/// Sets the gateway's wall clock once a second, to and fro, within the life of the certificates in use.
final class ClockSteps: Attack {
    let name = "clock steps"

    /// Where the clock is set in turn, in milliseconds from the machine's.
    private static let shifts = [120_000, 118_500, 0, -20_000, 1_800_000, -1_500, 600_000, 0]

    private let shim = NIOLockedValueBox<ClockShim?>(nil)

    func prepare(_ gateway: GatewayProcess) throws -> [String] {
        let new = try ClockShim()
        shim.withLockedValue { $0 = new }
        return new.wrapper
    }

    func run(_ target: Target, until end: ContinuousClock.Instant) async throws -> String {
        guard let shim = shim.withLockedValue({ $0 }) else {
            throw TestFault(description: "the gateway has the machine's clock")
        }
        var steps = 0
        while .now < end {
            try shim.shiftWall(milliseconds: Self.shifts[steps % Self.shifts.count])
            steps += 1
            try await Task.sleep(for: .seconds(1))
        }
        return "the wall clock set \(steps) times, from 20 s behind to 30 min ahead"
    }
}
