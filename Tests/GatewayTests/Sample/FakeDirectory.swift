import NIOConcurrencyHelpers

/// A directory that takes 50 ms of its own clock to answer.
final class FakeDirectory: Sendable {
    static let answerTime = Duration.milliseconds(50)

    let asked = Gauge()
    let answered = Gauge()
    let cancelled = Gauge()
    private let clock = ManualClock()
    private let stubborn = NIOLockedValueBox(false)

    /// From now on it heeds no cancellation.
    func makeStubborn() { stubborn.withLockedValue { $0 = true } }

    /// - Returns: the person's canonical name; nil if the password is not theirs.
    func check(user: String, password: String) async throws -> String? {
        asked.add()
        do {
            if stubborn.withLockedValue({ $0 }) {
                await Task { [clock] in try? await clock.sleep(for: Self.answerTime) }.value
            } else {
                try await clock.sleep(for: Self.answerTime)
            }
        } catch {
            cancelled.add()
            throw error
        }
        answered.add()
        return password == "right" ? "\(user)@example.org" : nil
    }

    /// Waits until as many wait for an answer.
    func untilAsked(_ count: Int) async { await clock.untilAsleep(count) }

    /// Lets all who wait have their answer.
    func answer() { clock.advance(by: Self.answerTime) }
}
