/// Verification of proofs about subtrees, for logs that publish them.
///
/// draft-ietf-plants-merkle-tree-certs section 4: a range of leaves is a subtree if its start is a multiple of the
/// smallest power of two that is not less than its length.
extension MerkleProofs {
    /// Says whether a range of leaves can be a subtree.
    public static func isSubtree(_ start: UInt64, _ end: UInt64) -> Bool {
        guard start < end else { return false }
        let length = end - start
        guard length <= 1 << 63 else { return start == 0 }
        let width = length == 1 ? 1 : UInt64(1) << UInt64(64 - (length - 1).leadingZeroBitCount)
        return start & (width - 1) == 0
    }

    /// Says whether a leaf stands in the subtree of the given range and root.
    public static func verifyInclusion(
        of leaf: LeafHash, at index: UInt64, inSubtree start: UInt64, to end: UInt64,
        root: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard isSubtree(start, end), start <= index, index < end else { return false }
        return verifyInclusion(
            of: leaf, at: index - start, size: end - start, root: root, proof: proof)
    }

    /// Says whether the tree of a size and root contains the subtree of the given range and root.
    public static func verifyConsistency(
        ofSubtree start: UInt64, to end: UInt64, root subtreeRoot: TreeHash, size: UInt64,
        root: TreeHash, proof: [TreeHash]
    ) -> Bool {
        guard end <= size else { return false }
        if start == end { return proof.isEmpty && subtreeRoot == TreeHasher.emptyRoot }
        guard isSubtree(start, end) else { return false }
        var first = start
        var last = end - 1
        var top = size - 1
        let atEnd = last == top
        while first != last, atEnd || last & 1 == 1 {
            first >>= 1
            last >>= 1
            top >>= 1
        }
        var rest = proof[...]
        if first != last {
            guard let begin = rest.popFirst() else { return false }
            return climb(rest, begin, first, last, top) == (subtreeRoot, root)
        }
        return climb(rest, subtreeRoot, first, last, top) == (subtreeRoot, root)
    }

    /// The subtree's and the tree's root that a proof leads to, or zeroes if it has not the right length.
    private static func climb(
        _ proof: ArraySlice<TreeHash>, _ begin: TreeHash, _ first: UInt64, _ last: UInt64,
        _ top: UInt64
    ) -> (TreeHash, TreeHash) {
        var (first, last, top) = (first, last, top)
        var subtree = begin
        var tree = begin
        for sibling in proof {
            if top == 0 { return (TreeHash(), TreeHash()) }
            if last & 1 == 1 || last == top {
                if first < last { subtree = TreeHasher.node(sibling, subtree) }
                tree = TreeHasher.node(sibling, tree)
                while last & 1 == 0, last != 0 {
                    first >>= 1
                    last >>= 1
                    top >>= 1
                }
            } else {
                tree = TreeHasher.node(tree, sibling)
            }
            first >>= 1
            last >>= 1
            top >>= 1
        }
        return top == 0 ? (subtree, tree) : (TreeHash(), TreeHash())
    }
}
