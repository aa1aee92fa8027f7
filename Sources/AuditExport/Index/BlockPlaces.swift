internal import Audit

/// Where the records of a block stand in the log, and what their hashes are; all of it untrusted.
struct BlockPlaces {
    private let first: UInt64
    private var places: [(segment: UInt64, offset: UInt64)] = []
    private let leaves: [UInt8]

    init(_ block: IndexBlock) {
        first = block.first
        leaves = block.leaves
        var reader = VarintReader(block.places)
        var segment: UInt64 = 0
        var offset: UInt64 = 0
        while let step = reader.next(), let move = reader.next() {
            if step != 0 {
                segment = segment &+ step
                offset = 0
            }
            offset = offset &+ move
            places.append((segment, offset))
        }
    }

    /// Reads a record's line from the log; nil if it isn't the one that the block was made of.
    func line(
        at position: Int, _ reader: inout RecordReader
    ) -> (line: [UInt8], leaf: LeafHash)? {
        guard places.indices.contains(position), leaves.count >= (position + 1) * 32 else {
            return nil
        }
        let place = places[position]
        guard
            let line = reader.line(
                first + UInt64(position), segment: place.segment,
                offset: Int64(bitPattern: place.offset))
        else { return nil }
        let leaf = MerkleTree.leafHash(of: line)
        guard leaf.bytes.elementsEqual(leaves[position * 32..<(position + 1) * 32]) else {
            return nil
        }
        return (line, leaf)
    }
}
