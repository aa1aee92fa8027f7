package import Foundation
import NIOConcurrencyHelpers

/// A clock that stands still until a test moves it.
package final class TestClock: Sendable {
    private let box: NIOLockedValueBox<Int64>

    /// Starts at a moment; by default at the full hour, so that real programs take what was made then.
    package init(nanoseconds: Int64 = TestClock.thisHour) {
        box = NIOLockedValueBox(nanoseconds)
    }

    /// The last full hour.
    package static var thisHour: Int64 {
        Int64(Date().timeIntervalSince1970) / 3600 * 3_600_000_000_000
    }

    package var nanoseconds: Int64 { box.withLockedValue { $0 } }

    package var date: Date { Date(timeIntervalSince1970: Double(nanoseconds) / 1e9) }

    package func advance(by duration: Duration) {
        let (seconds, attoseconds) = duration.components
        box.withLockedValue { $0 += seconds * 1_000_000_000 + attoseconds / 1_000_000_000 }
    }
}
