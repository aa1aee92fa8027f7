import Audit
import NIOConcurrencyHelpers
import StrictJSON
import Text

/// Who has seen our trust bundle when: those who got it with an identity, until that ends, and those who fetch it, for an hour.
///
/// A root signs only once all of them have seen it, so that nobody meets it unprepared.
public final class AdoptionBoard: Sendable {
    private struct Reader {
        var seenNanoseconds: Int64
        var untilNanoseconds: Int64
    }

    private let readers = NIOLockedValueBox<[String: Reader]>([:])
    private let openedNanoseconds: Int64

    init(nowNanoseconds: Int64) {
        openedNanoseconds = nowNanoseconds
    }

    /// A reader has the bundle as it is now.
    ///
    /// - Parameters:
    ///   - reader: Its name: an identity, or where it asks from.
    ///   - seen: When.
    ///   - until: How long it counts, if it does not come back.
    func note(_ reader: String, seenNanoseconds seen: Int64, untilNanoseconds until: Int64) {
        readers.withLockedValue { readers in
            if readers.count >= PKILimits.adoptionReadersMax, readers[reader] == nil {
                readers = readers.filter { $0.value.untilNanoseconds > seen }
                // One more than can be known stands for all others, until the last of them has ended.
                guard readers.count < PKILimits.adoptionReadersMax else {
                    let others = readers[Self.others]?.untilNanoseconds ?? 0
                    return readers[Self.others] = Reader(
                        seenNanoseconds: Int64.min, untilNanoseconds: max(others, until))
                }
            }
            let known = readers[reader]
            readers[reader] = Reader(
                seenNanoseconds: max(seen, known?.seenNanoseconds ?? seen),
                untilNanoseconds: max(until, known?.untilNanoseconds ?? until))
        }
    }

    /// Somebody fetched the bundle.
    public func noteFetch(from address: String, nowNanoseconds now: Int64) {
        let (until, overflow) = now.addingReportingOverflow(PKILimits.fetchMemoryNanoseconds)
        note(
            "bundle reader at \(address)", seenNanoseconds: now,
            untilNanoseconds: overflow ? Int64.max : until)
    }

    /// Those who count now and have not seen the bundle since then, by name.
    func laggards(since time: Int64, nowNanoseconds now: Int64) -> [String] {
        readers.withLockedValue { readers in
            readers.filter { $0.value.untilNanoseconds > now && $0.value.seenNanoseconds < time }
                .keys.sorted()
        }
    }

    /// Takes a record of the log at the start, in order: whoever got an identity got the bundle with it.
    func replay(_ record: ReplayedRecord) {
        guard record.kind == .outcome, record.action.hasPrefix("identity."), record.status == 200,
            let detail = record.detail.flatMap({ try? StrictJSON.parse($0) }),
            let id = detail["spiffe_id"]?.string, let time = record.nowNanoseconds,
            let end = detail["expires"]?.string.flatMap({ CivilTime.nanoseconds(rfc3339: $0) }),
            end > openedNanoseconds
        else { return }
        note(id, seenNanoseconds: time, untilNanoseconds: end)
    }

    private static let others = "others, more than can be told apart"
}
