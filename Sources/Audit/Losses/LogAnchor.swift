import StrictJSON

/// The end of a log as it was at some time, to be kept apart from the log.
public struct LogAnchor: Equatable, Sendable {
    /// The number of records.
    public var size: UInt64
    /// The tree's root over them.
    public var root: TreeHash

    /// The anchor of a log that has not begun.
    public static let empty = LogAnchor(size: 0, root: MerkleTree().root)

    /// Names an end.
    public init(size: UInt64, root: TreeHash) {
        self.size = size
        self.root = root
    }

    /// Reads what `encoded` gives, and nothing else; nil for other bytes.
    public init?(encoded: [UInt8]) {
        guard let value = try? StrictJSON.parse(encoded),
            let size = value["size"]?.integer, size >= 0, let text = value["root"]?.string,
            let root = TreeHash(base64: text)
        else { return nil }
        self.init(size: UInt64(size), root: root)
        guard encoded == self.encoded else { return nil }
    }

    /// One line of JSON.
    public var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"size\":")
        writer.integer(size)
        writer.raw(",\"root\":")
        writer.string(root.base64)
        writer.raw("}\n")
        return writer.bytes
    }
}
