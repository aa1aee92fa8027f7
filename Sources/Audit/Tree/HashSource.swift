/// Where the hashes of a tree come from, by the levels of tlog-tiles: every eighth level of the tree.
///
/// The hash at `index` of `level` covers the leaves from `index * 256^level` on, `256^level` of them.
protocol HashSource {
    /// The hashes from an index on; exactly so many, or it throws.
    func hashes(level: Int, from index: UInt64, count: Int) throws(AuditError) -> [TreeHash]
}

/// Makes proofs from stored hashes (RFC 6962 section 2.1).
struct TreeProver {
    let source: any HashSource

    /// The root of the first `size` leaves.
    func root(size: UInt64) throws(AuditError) -> TreeHash {
        size == 0 ? TreeHasher.emptyRoot : try range(0, size)
    }

    /// The audit path of a leaf (section 2.1.1).
    func inclusion(of index: UInt64, size: UInt64) throws(AuditError) -> [TreeHash] {
        guard index < size else { throw .noProof("there is no record \(index &+ 1) of \(size)") }
        return try path(index, 0, size)
    }

    /// The proof that a tree extends an earlier one (section 2.1.2).
    func consistency(from first: UInt64, to second: UInt64) throws(AuditError) -> [TreeHash] {
        guard first > 0, first <= second else {
            throw .noProof("no tree of \(second) records extends one of \(first)")
        }
        return try subproof(first, 0, second, isWhole: true)
    }

    /// The tree of the first `size` leaves, ready to grow.
    func tree(size: UInt64) throws(AuditError) -> MerkleTree {
        try MerkleTree(size: size) { level throws(AuditError) in
            // The subtrees above it lie before it; its own bit of the size is set.
            try subtree(level: level, index: (size >> UInt64(level)) - 1)
        }
    }

    private func path(
        _ index: UInt64, _ low: UInt64, _ high: UInt64
    ) throws(AuditError) -> [TreeHash] {
        if high - low == 1 { return [] }
        let middle = low + Self.split(high - low)
        if index < middle { return try path(index, low, middle) + [range(middle, high)] }
        return try path(index, middle, high) + [range(low, middle)]
    }

    private func subproof(
        _ first: UInt64, _ low: UInt64, _ high: UInt64, isWhole: Bool
    ) throws(AuditError) -> [TreeHash] {
        if first == high { return isWhole ? [] : [try range(low, high)] }
        let middle = low + Self.split(high - low)
        if first <= middle {
            return try subproof(first, low, middle, isWhole: isWhole) + [range(middle, high)]
        }
        return try subproof(first, middle, high, isWhole: false) + [range(low, middle)]
    }

    /// The hash over the leaves from `low` to `high`; `low` is a multiple of a power of two >= their number.
    private func range(_ low: UInt64, _ high: UInt64) throws(AuditError) -> TreeHash {
        let count = high - low
        if count & (count - 1) == 0 {
            let level = count.trailingZeroBitCount
            return try subtree(level: level, index: low >> UInt64(level))
        }
        let middle = low + Self.split(count)
        return TreeHasher.node(try range(low, middle), try range(middle, high))
    }

    /// The root of a full subtree of `2^level` leaves.
    private func subtree(level: Int, index: UInt64) throws(AuditError) -> TreeHash {
        let inner = level % 8
        var hashes = try source.hashes(
            level: level / 8, from: index << UInt64(inner), count: 1 << inner)
        while hashes.count > 1 {
            hashes = stride(from: 0, to: hashes.count, by: 2).map {
                TreeHasher.node(hashes[$0], hashes[$0 + 1])
            }
        }
        return hashes[0]
    }

    /// The largest power of two below a number that is at least 2.
    private static func split(_ count: UInt64) -> UInt64 {
        1 << UInt64(63 - (count - 1).leadingZeroBitCount)
    }
}
