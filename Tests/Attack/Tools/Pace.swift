/// How often an attacker does something: at most so often, so that it does not just take the cores.
struct Pace: Sendable {
    private let interval: Duration
    private var next = ContinuousClock.now

    init(perSecond: Int) { interval = .seconds(1) / perSecond }

    /// How many are due by now; what was missed for longer than a moment is not made up for.
    mutating func due() -> Int {
        let now = ContinuousClock.now
        next = max(next, now - .milliseconds(100))
        var count = 0
        while next <= now {
            next += interval
            count += 1
        }
        return count
    }
}
