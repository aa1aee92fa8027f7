package import Foundation
import NIOConcurrencyHelpers
package import Time

/// Two clocks that stand still until a test moves them.
package final class TestClock: Sendable {
    private struct Hands {
        var wall: Int64
        /// Far from the wall clock, so that readings of both that are mixed up show.
        var elapsed: Int64 = 1_000_000_000_000
    }

    private let box: NIOLockedValueBox<Hands>
    /// How much later each reading is than the last one.
    private let creep: Int64

    /// Starts at a moment; by default at one that real programs take for a time in which what was made then is good.
    package init(nanoseconds: Int64 = TestClock.start, creep: Int64 = 0) {
        box = NIOLockedValueBox(Hands(wall: nanoseconds))
        self.creep = creep
    }

    /// What the gateway reads.
    package var clocks: Clocks {
        Clocks(
            wall: { [self] in nanoseconds },
            elapsed: { [self] in box.withLockedValue { hands in move(&hands).elapsed } })
    }

    /// Ten to twenty minutes before this process first asked, at a full ten minutes: the same for all its clocks, whatever hour
    /// it gets meanwhile, and so early that real programs take what was made after a test let ten minutes pass.
    package static let start: Int64 =
        (Int64(Date().timeIntervalSince1970) / 600 - 1) * 600_000_000_000

    /// The elapsed clock alone.
    package var elapsed: @Sendable () -> Int64 { clocks.elapsed }

    /// The wall clock.
    package var nanoseconds: Int64 { box.withLockedValue { hands in move(&hands).wall } }

    package var date: Date { Date(timeIntervalSince1970: Double(nanoseconds) / 1e9) }

    /// Lets time pass.
    package func advance(by duration: Duration) {
        let nanoseconds = Self.nanoseconds(duration)
        box.withLockedValue { hands in
            hands.wall += nanoseconds
            hands.elapsed += nanoseconds
        }
    }

    /// Sets the wall clock, forward or back; no time passes.
    package func setWall(by duration: Duration) {
        let nanoseconds = Self.nanoseconds(duration)
        box.withLockedValue { $0.wall += nanoseconds }
    }

    private func move(_ hands: inout Hands) -> Hands {
        hands.wall += creep
        hands.elapsed += creep
        return hands
    }

    private static func nanoseconds(_ duration: Duration) -> Int64 {
        let (seconds, attoseconds) = duration.components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
