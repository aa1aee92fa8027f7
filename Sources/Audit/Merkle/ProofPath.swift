/// A full subtree: the one of 2^level leaves that has `index` such subtrees to its left.
struct TreeNode: Hashable, Sendable {
    var level: Int
    var index: UInt64
}

/// Which subtrees a proof consists of (RFC 6962 sections 2.1.1 and 2.1.2), as ranges of leaves.
///
/// INVARIANT: every range starts at a multiple of the next power of two at or above its length, so its full subtrees are told by
/// the bits of its length.
package enum ProofPath {
    /// The ranges that prove a leaf's inclusion, from its sibling to the child of the root; nil where it is not in the tree.
    package static func inclusion(of index: UInt64, in size: UInt64) -> [Range<UInt64>]? {
        guard index < size else { return nil }
        var ranges: [Range<UInt64>] = []
        var start: UInt64 = 0
        var end = size
        while end - start > 1 {
            let middle = start + split(end - start)
            if index < middle {
                ranges.append(middle..<end)
                end = middle
            } else {
                ranges.append(start..<middle)
                start = middle
            }
        }
        return ranges.reversed()
    }

    /// The ranges that prove that a tree extends an older one; nil where it can't.
    package static func consistency(from old: UInt64, to size: UInt64) -> [Range<UInt64>]? {
        guard old > 0, old <= size else { return nil }
        var ranges: [Range<UInt64>] = []
        var start: UInt64 = 0
        var end = size
        while end != old {
            let middle = start + split(end - start)
            if old <= middle {
                ranges.append(middle..<end)
                end = middle
            } else {
                ranges.append(start..<middle)
                start = middle
            }
        }
        // The old root itself is known to whoever asks.
        if start > 0 { ranges.append(start..<end) }
        return ranges.reversed()
    }

    /// The full subtrees of a range, from left to right.
    static func nodes(of range: Range<UInt64>) -> [TreeNode] {
        var nodes: [TreeNode] = []
        var start = range.lowerBound
        for level in (0..<64).reversed()
        where (range.upperBound - range.lowerBound) >> level & 1 == 1 {
            nodes.append(TreeNode(level: level, index: start >> UInt64(level)))
            start += 1 << UInt64(level)
        }
        return nodes
    }

    /// The hash of a range from those of its full subtrees.
    static func hash(_ nodes: [TreeHash]) -> TreeHash {
        guard var hash = nodes.last else { return TreeHasher.emptyRoot }
        for left in nodes.dropLast().reversed() { hash = TreeHasher.node(left, hash) }
        return hash
    }

    /// The largest power of two below a number above 1.
    private static func split(_ count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }
}
