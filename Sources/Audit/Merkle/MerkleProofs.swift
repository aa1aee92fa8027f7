/// Verification of inclusion and consistency proofs.
///
/// RFC 6962 section 2.1.1 and 2.1.2, by the algorithms of RFC 9162 section 2.1.3.2 and 2.1.4.2.
public enum MerkleProofs {
    /// Says whether a leaf stands at an index of the tree with the given size and root.
    public static func verifyInclusion(
        of leaf: LeafHash, at index: UInt64, size: UInt64, root: TreeHash, proof: [TreeHash]
    ) -> Bool {
        inclusionRoot(of: leaf, at: index, size: size, proof: proof) == root
    }

    /// The root of the tree of a size in which a leaf stands at an index; nil for a proof that is none.
    static func inclusionRoot(
        of leaf: LeafHash, at index: UInt64, size: UInt64, proof: [TreeHash]
    ) -> TreeHash? {
        guard index < size else { return nil }
        var position = index
        var last = size - 1
        var hash = leaf
        for sibling in proof {
            if last == 0 { return nil }
            if position & 1 == 1 || position == last {
                hash = TreeHasher.node(sibling, hash)
                while position & 1 == 0, position != 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                hash = TreeHasher.node(hash, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 ? hash : nil
    }

    /// Says whether the tree of the second size and root extends that of the first.
    ///
    /// Nothing is provable about an empty first tree, so it is refused.
    public static func verifyConsistency(
        from size1: UInt64, root root1: TreeHash, to size2: UInt64, root root2: TreeHash,
        proof: [TreeHash]
    ) -> Bool {
        guard size1 > 0, size1 <= size2 else { return false }
        if size1 == size2 { return proof.isEmpty && root1 == root2 }
        var path = proof[...]
        if size1 & (size1 - 1) == 0 { path = ([root1] + proof)[...] }
        guard let first = path.popFirst() else { return false }
        var position = size1 - 1
        var last = size2 - 1
        while position & 1 == 1 {
            position >>= 1
            last >>= 1
        }
        var hash1 = first
        var hash2 = first
        for sibling in path {
            if last == 0 { return false }
            if position & 1 == 1 || position == last {
                hash1 = TreeHasher.node(sibling, hash1)
                hash2 = TreeHasher.node(sibling, hash2)
                while position & 1 == 0, position != 0 {
                    position >>= 1
                    last >>= 1
                }
            } else {
                hash2 = TreeHasher.node(hash2, sibling)
            }
            position >>= 1
            last >>= 1
        }
        return last == 0 && hash1 == root1 && hash2 == root2
    }
}
