/// One tile of a log's tree, or one bundle of its records (C2SP tlog-tiles).
package struct TilePlace: Hashable, Sendable {
    /// What stands in it.
    package enum Kind: Hashable, Sendable {
        /// Hashes of full subtrees of 256^level leaves.
        case hashes(level: Int)
        /// Records, each behind its length.
        case entries
    }

    let kind: Kind
    /// How many tiles stand before it.
    let index: UInt64
    /// How many hashes or records it holds, 256 in a full one.
    let width: Int

    /// The hashes of a full tile, the records of a full bundle.
    package static let fullWidth = 256
    /// The levels of a tree that one tile spans.
    static let height = 8
    /// The levels of tiles that a tree can have.
    static let levels = 8

    package init(_ kind: Kind, index: UInt64, width: Int = fullWidth) {
        self.kind = kind
        self.index = index
        self.width = width
    }

    var isFull: Bool { width == Self.fullWidth }

    /// The path below the log's prefix, as `tile/0/x001/234` or `tile/entries/000.p/5`.
    package var path: String { isFull ? fullPath : partialFolder + "/\(width)" }

    /// Where the partial tiles of the same place stand.
    var partialFolder: String { fullPath + ".p" }

    private var fullPath: String {
        switch kind {
        case .hashes(let level): "tile/\(level)/" + Self.digits(of: index)
        case .entries: "tile/entries/" + Self.digits(of: index)
        }
    }

    /// Three digits an element, all but the last with an x before them.
    private static func digits(of index: UInt64) -> String {
        var path = pad(index % 1000)
        var rest = index / 1000
        while rest > 0 {
            path = "x" + pad(rest % 1000) + "/" + path
            rest /= 1000
        }
        return path
    }

    private static func pad(_ number: UInt64) -> String {
        String(repeating: "0", count: 3 - String(number).utf8.count) + String(number)
    }
}
