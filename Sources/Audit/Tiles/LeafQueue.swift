import NIOConcurrencyHelpers

/// The hashes of records that were made durable, kept until the tiles have them.
///
/// The writer puts them here, so that nobody reads and hashes its records again. Whoever comes too late for some reads the log.
final class LeafQueue: Sendable {
    private struct Kept {
        /// How many records stand before the first hash.
        var start: UInt64 = 0
        var leaves: ContiguousArray<LeafHash> = []
    }

    private let kept = NIOLockedValueBox(Kept())

    /// Takes the hashes of a batch that is on disk now.
    func add(_ leaves: ContiguousArray<LeafHash>, after size: UInt64) {
        kept.withLockedValue { kept in
            let isNext = kept.start + UInt64(kept.leaves.count) == size
            if !isNext || kept.leaves.count + leaves.count > Limits.leavesKeptMax {
                kept.leaves.removeAll(keepingCapacity: kept.leaves.count <= Limits.leavesKeptMax)
                kept.start = size
            }
            guard leaves.count <= Limits.leavesKeptMax else {
                kept.start = size + UInt64(leaves.count)
                return
            }
            kept.leaves.append(contentsOf: leaves)
        }
    }

    /// Takes out the hashes of the records from a place to another; nil where some are not here.
    ///
    /// What stands before them goes, too.
    func take(from start: UInt64, to end: UInt64) -> ArraySlice<LeafHash>? {
        kept.withLockedValue { kept in
            guard start >= kept.start, start <= end,
                end <= kept.start + UInt64(kept.leaves.count)
            else { return nil }
            let first = Int(start - kept.start)
            let last = Int(end - kept.start)
            let taken = Array(kept.leaves[first..<last])
            kept.leaves.removeFirst(last)
            kept.start = end
            return taken[...]
        }
    }
}
