/// The right edge of a tree in tiles: of each level the hashes of the tile that is not full yet.
struct TileEdge: Sendable {
    private(set) var size: UInt64 = 0
    private(set) var levels = [[TreeHash]](repeating: [], count: TilePlace.levels)

    init() {}

    /// Takes an edge that was kept; nil where a level has not as many hashes as the size asks.
    init?(size: UInt64, levels: [[TreeHash]]) {
        guard levels.count == TilePlace.levels else { return nil }
        for (level, hashes) in levels.enumerated()
        where hashes.count != Self.width(of: size, at: level) { return nil }
        self.size = size
        self.levels = levels
    }

    /// How many hashes the last tile of a level has that is not full.
    static func width(of size: UInt64, at level: Int) -> Int {
        Int(size >> UInt64(level * TilePlace.height) & 255)
    }

    /// The next leaf; `full` gets each tile that it fills.
    mutating func append(
        _ leaf: LeafHash, full: (TilePlace, [TreeHash]) throws(FileFault) -> Void
    ) throws(FileFault) {
        var hash = leaf
        for level in 0..<TilePlace.levels {
            levels[level].append(hash)
            guard levels[level].count == TilePlace.fullWidth else { break }
            let place = TilePlace(
                .hashes(level: level), index: size >> UInt64((level + 1) * TilePlace.height))
            try full(place, levels[level])
            hash = Self.root(of: levels[level][...])
            levels[level].removeAll(keepingCapacity: true)
        }
        size += 1
    }

    /// The tiles that are not full, with their hashes.
    var partials: [(place: TilePlace, hashes: [TreeHash])] {
        levels.enumerated().filter { !$1.isEmpty }.map { level, hashes in
            let index = size >> UInt64((level + 1) * TilePlace.height)
            return (TilePlace(.hashes(level: level), index: index, width: hashes.count), hashes)
        }
    }

    /// The root over all leaves.
    var root: TreeHash {
        var subtrees: [TreeHash] = []
        for hashes in levels.reversed() {
            var rest = hashes[...]
            for level in (0..<TilePlace.height).reversed() where rest.count >> level & 1 == 1 {
                subtrees.append(Self.root(of: rest.prefix(1 << level)))
                rest = rest.dropFirst(1 << level)
            }
        }
        return ProofPath.hash(subtrees)
    }

    /// The root of a full subtree whose hashes at some level these are; their number is a power of two.
    static func root(of hashes: ArraySlice<TreeHash>) -> TreeHash {
        var row = Array(hashes)
        while row.count > 1 {
            row = stride(from: 0, to: row.count - 1, by: 2).map {
                TreeHasher.node(row[$0], row[$0 + 1])
            }
        }
        return row.first ?? TreeHasher.emptyRoot
    }
}
