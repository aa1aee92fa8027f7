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

    /// Appends a leaf by its hash.
    public mutating func append(_ leaf: LeafHash) { append(leaf) { _, _ in } }

    /// The same, and shows each full subtree that this leaf completes, the leaf itself first.
    @inline(__always)
    mutating func append(_ leaf: LeafHash, completing: (TreeNode, TreeHash) -> Void) {
        var hash = leaf
        var level = 0
        while size >> UInt64(level) & 1 == 1 {
            completing(TreeNode(level: level, index: size >> UInt64(level)), hash)
            hash = TreeHasher.node(subtrees[level], hash)
            level += 1
        }
        completing(TreeNode(level: level, index: size >> UInt64(level)), hash)
        subtrees[level] = hash
        size += 1
    }

    /// A tree of so many leaves from the roots of its full subtrees, the largest first.
    ///
    /// Whoever makes one holds its root against a commit line or checkpoint.
    init?(size: UInt64, subtrees roots: [TreeHash]) {
        guard roots.count == size.nonzeroBitCount else { return nil }
        self.size = size
        var rest = roots[...]
        for level in (0..<64).reversed() where size >> UInt64(level) & 1 == 1 {
            if let root = rest.popFirst() { subtrees[level] = root }
        }
    }

    /// The roots of its full subtrees, the largest first.
    var fullSubtrees: [TreeHash] {
        (0..<64).reversed().filter { size >> UInt64($0) & 1 == 1 }.map { subtrees[$0] }
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
