internal import NIOConcurrencyHelpers

/// Which reader of our bundle has seen which state of it: streams acknowledge, pollers fetch.
///
/// A root or JWT key is used only when all have seen it, so that no verifier meets it unprepared.
public final class AdoptionBoard: Sendable {
    private struct Reader: Sendable {
        var sequence: UInt64
        var seenNanoseconds: Int64
    }

    private let readers = NIOLockedValueBox<[String: Reader]>([:])

    init() {}

    /// A reader has the bundle of this sequence.
    public func note(_ reader: String, sequence: UInt64, nowNanoseconds: Int64) {
        readers.withLockedValue { readers in
            guard readers[reader] != nil || readers.count < PKILimits.adoptionReadersMax else {
                return
            }
            readers[reader] = Reader(
                sequence: max(sequence, readers[reader]?.sequence ?? 0),
                seenNanoseconds: nowNanoseconds)
        }
    }

    /// A reader is gone.
    public func forget(_ reader: String) {
        readers.withLockedValue { $0[reader] = nil }
    }

    /// The readers that have not seen a sequence, by name; those not heard of for an hour do not count.
    public func laggards(behind sequence: UInt64, nowNanoseconds: Int64) -> [String] {
        readers.withLockedValue { readers in
            let horizon = nowNanoseconds - PKILimits.adoptionMemoryNanoseconds
            readers = readers.filter { $0.value.seenNanoseconds >= horizon }
            return readers.filter { $0.value.sequence < sequence }.keys.sorted()
        }
    }

    /// Every reader with the sequence that it has seen.
    public var seen: [String: UInt64] { readers.withLockedValue { $0.mapValues(\.sequence) } }
}
