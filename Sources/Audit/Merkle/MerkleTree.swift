/// A growing Merkle tree, kept as the roots of its full subtrees (a compact range).
///
/// RFC 6962 section 2.1. Appending costs two hashes on average, the root O(log n).
public struct MerkleTree: Sendable {
    /// The number of leaves.
    public private(set) var size: UInt64 = 0
    /// `subtrees[i]` is the root of the full subtree of 2^i leaves if bit i of `size` is set.
    private var subtrees = InlineArray<64, TreeHash>(repeating: TreeHash())

    /// Makes the empty tree.
    public init() {}

    /// Makes a tree of its full subtrees: `subtree(level)` is asked for each bit of the size.
    init(size: UInt64, subtree: (_ level: Int) throws(AuditError) -> TreeHash) throws(AuditError) {
        for level in 0..<64 where size >> UInt64(level) & 1 == 1 {
            subtrees[level] = try subtree(level)
        }
        self.size = size
    }

    /// The roots of the full subtrees, the smallest first.
    var fullSubtrees: [TreeHash] {
        (0..<64).filter { size >> UInt64($0) & 1 == 1 }.map { subtrees[$0] }
    }

    /// Appends a leaf by its hash.
    public mutating func append(_ leaf: LeafHash) {
        var hash = leaf
        var level = 0
        while size >> UInt64(level) & 1 == 1 {
            hash = TreeHasher.node(subtrees[level], hash)
            level += 1
        }
        subtrees[level] = hash
        size += 1
    }

    /// The root over all leaves.
    public var root: TreeHash {
        var result: TreeHash?
        for level in 0..<64 where size >> UInt64(level) & 1 == 1 {
            result = result.map { TreeHasher.node(subtrees[level], $0) } ?? subtrees[level]
        }
        return result ?? TreeHasher.emptyRoot
    }

    /// The hash of a leaf's bytes: SHA-256(0x00 || bytes).
    public static func leafHash(of line: [UInt8]) -> LeafHash {
        line.withUnsafeBytes { TreeHasher.leaf($0) }
    }
}
