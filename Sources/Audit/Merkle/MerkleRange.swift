/// The full subtrees that cover a run of leaves, merged as far as their places allow.
///
/// RFC 6962 section 2.1. A run that begins at leaf 0 has a root; any other is part of one.
public struct MerkleRange: Sendable {
    /// A full subtree of 2^level leaves.
    public struct Subtree: Sendable, Equatable {
        /// The binary logarithm of the number of leaves.
        public var level: Int
        /// The subtree's root.
        public var hash: TreeHash

        /// Makes a subtree.
        public init(level: Int, hash: TreeHash) {
            self.level = level
            self.hash = hash
        }
    }

    /// The subtrees in the order of their leaves.
    public private(set) var subtrees: [Subtree] = []
    /// The first leaf, from 0.
    public let start: UInt64
    /// The leaf behind the last.
    public private(set) var end: UInt64

    /// An empty run that begins at a leaf.
    public init(from start: UInt64 = 0) {
        self.start = start
        end = start
    }

    /// Appends a leaf by its hash.
    public mutating func append(_ leaf: LeafHash) {
        _ = append(Subtree(level: 0, hash: leaf))
    }

    /// Appends a full subtree; false, and nothing done, if no full subtree of that size can stand here.
    public mutating func append(_ subtree: Subtree) -> Bool {
        guard (0..<63).contains(subtree.level), end & (1 << UInt64(subtree.level) - 1) == 0 else {
            return false
        }
        let (next, overflow) = end.addingReportingOverflow(1 << UInt64(subtree.level))
        if overflow { return false }
        var merged = subtree
        var first = end
        while let left = subtrees.last, left.level == merged.level,
            first >> UInt64(merged.level) & 1 == 1, first >= start + 1 << UInt64(merged.level)
        {
            subtrees.removeLast()
            first -= 1 << UInt64(merged.level)
            merged = Subtree(
                level: merged.level + 1, hash: TreeHasher.node(left.hash, merged.hash))
        }
        subtrees.append(merged)
        end = next
        return true
    }

    /// The root over all leaves of a run that begins at leaf 0, else nil.
    public var root: TreeHash? {
        guard start == 0 else { return nil }
        var result: TreeHash?
        for subtree in subtrees.reversed() {
            result = result.map { TreeHasher.node(subtree.hash, $0) } ?? subtree.hash
        }
        return result ?? TreeHasher.emptyRoot
    }
}
