/// Takes the hashes of a tree's full subtrees that a proof needs, while the leaves go by.
package struct NodeCollector {
    private var wanted: Set<TreeNode>
    private var found: [TreeNode: TreeHash] = [:]
    package private(set) var tree = MerkleTree()

    package init(ranges: [Range<UInt64>]) {
        wanted = Set(ranges.flatMap(ProofPath.nodes))
    }

    /// The next leaf.
    package mutating func append(_ leaf: LeafHash) {
        tree.append(leaf) { node, hash in
            if wanted.contains(node) { found[node] = hash }
        }
    }

    /// The hashes of the ranges; nil where leaves are missing.
    package func hashes(of ranges: [Range<UInt64>]) -> [TreeHash]? {
        var out: [TreeHash] = []
        for range in ranges {
            let nodes = ProofPath.nodes(of: range)
            let hashes = nodes.compactMap { found[$0] }
            guard hashes.count == nodes.count else { return nil }
            out.append(ProofPath.hash(hashes))
        }
        return out
    }
}
