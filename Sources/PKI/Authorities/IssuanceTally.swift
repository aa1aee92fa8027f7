public import Audit
import NIOConcurrencyHelpers
import StrictJSON
import Text

/// How many unended leaves each authority has signed: by the log for what is recorded, and by itself since the start.
///
/// Ends are counted by the minute, so that a million leaves take no more room than their hours.
public final class IssuanceTally: Sendable {
    private struct Count {
        var byMinute: [Int64: Int] = [:]
        /// When the last leaf of each identity ends, of as many as are told apart.
        var holders: [String: Int64] = [:]
    }

    private let counts = NIOLockedValueBox<[String: Count]>([:])
    /// Nothing that has ended by then is of interest.
    private let openedNanoseconds: Int64
    /// Which authority signed what records say that were written before they named one.
    private let founding: String

    init(founding: String, nowNanoseconds: Int64) {
        self.founding = founding
        openedNanoseconds = nowNanoseconds
    }

    /// Takes a record of the log at the start, in order.
    public func replay(_ record: ReplayedRecord) {
        guard record.kind == .outcome, record.action.hasPrefix("identity."), record.status == 200,
            let detail = record.detail.flatMap({ try? StrictJSON.parse($0) }),
            let end = detail["expires"]?.string.flatMap({ CivilTime.nanoseconds(rfc3339: $0) }),
            end > openedNanoseconds
        else { return }
        let keyID = detail["authority"]?.string ?? founding
        note(keyID, endNanoseconds: end)
        if let holder = detail["spiffe_id"]?.string {
            note(holder: holder, of: keyID, endNanoseconds: end)
        }
    }

    /// An authority has signed something that ends then.
    func note(_ keyID: String, endNanoseconds end: Int64) {
        counts.withLockedValue {
            $0[keyID, default: Count()].byMinute[Self.minute(end), default: 0] += 1
        }
    }

    /// An identity holds a leaf that an authority signed.
    func note(holder: String, of keyID: String, endNanoseconds end: Int64) {
        counts.withLockedValue { counts in
            let known = counts[keyID]?.holders[holder]
            guard
                known != nil
                    || (counts[keyID]?.holders.count ?? 0) < PKILimits.adoptionReadersMax
            else { return }
            counts[keyID, default: Count()].holders[holder] = max(end, known ?? end)
        }
    }

    /// The identities that hold an authority's unended leaves.
    func holders(_ keyID: String, nowNanoseconds now: Int64) -> [String] {
        counts.withLockedValue { counts in
            (counts[keyID]?.holders ?? [:]).filter { $0.value > now }.map(\.key)
        }
    }

    /// How many leaves of an authority have not ended, to the minute.
    func unended(_ keyID: String, nowNanoseconds now: Int64) -> Int {
        counts.withLockedValue { counts in
            guard var count = counts[keyID] else { return 0 }
            let minute = Self.minute(now)
            count.byMinute = count.byMinute.filter { $0.key >= minute }
            counts[keyID] = count
            return count.byMinute.values.reduce(0, +)
        }
    }

    /// Forgets an authority.
    func forget(_ keyID: String) {
        counts.withLockedValue { $0[keyID] = nil }
    }

    private static func minute(_ nanoseconds: Int64) -> Int64 {
        nanoseconds / (60 * PKILimits.nanosecondsPerSecond)
    }
}
