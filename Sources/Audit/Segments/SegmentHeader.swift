import StrictJSON

/// The first record of a segment: the tree that the segment continues.
enum SegmentHeader {
    static let action = "log.segment"

    /// The encoded rest of the header line, from `"type"` on.
    static func append(tree: MerkleTree, bootID: String, fillBytes: Int, to out: inout [UInt8]) {
        appendLink(size: tree.size, root: tree.root, to: &out)
        out.append(#","boot":"#)
        out.append(quoted: bootID)
        out.append(#","fill":"#)
        out.append(decimal: UInt64(fillBytes))
        out.append("}}")
    }

    /// Appends the part that binds the segment to the tree before it.
    static func appendLink(size: UInt64, root: TreeHash, to out: inout [UInt8]) {
        out.append(#""type":"system","action":"log.segment","detail":{"size":"#)
        out.append(decimal: size)
        out.append(#","root":""#)
        root.appendBase64(to: &out)
        out.append("\"")
    }
}
