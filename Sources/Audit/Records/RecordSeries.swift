import NIOConcurrencyHelpers

/// Records that come again and again and say the same but for time and request: the renewals of a lease over one connection.
///
/// The first of each segment says it all. Those behind it in the segment name it (`"as"`), and say only what is their own.
/// So whoever has a segment has all that its records say.
public final class RecordSeries: Sendable {
    private let last = NIOLockedValueBox<RecordTemplate?>(nil)

    /// Begins one.
    public init() {}

    /// What a record of the series goes by whose bytes behind the request are these.
    func template(for common: ArraySlice<UInt8>) -> RecordTemplate {
        last.withLockedValue { last in
            if let last, last.common[...] == common { return last }
            let made = RecordTemplate(common)
            last = made
            return made
        }
    }
}

/// What the records of a series have in common, and where it stands in the log.
///
/// INVARIANT: `common` never changes, so a record that goes by a template says the same as the one that its place names; that one is
/// durable.
final class RecordTemplate: Sendable {
    let common: [UInt8]
    private let place = NIOLockedValueBox<Place?>(nil)

    private struct Place {
        var sequence: UInt64
        /// The first sequence of its segment.
        var segment: UInt64
    }

    init(_ common: ArraySlice<UInt8>) { self.common = Array(common) }

    /// The record that says it in a segment; nil where none does.
    func sequence(inSegment first: UInt64) -> UInt64? {
        place.withLockedValue { $0?.segment == first ? $0?.sequence : nil }
    }

    func stands(at sequence: UInt64, inSegment first: UInt64) {
        place.withLockedValue { $0 = Place(sequence: sequence, segment: first) }
    }
}
