/// Tiles that outlive the records that they were made of.
extension TileFolder {
    /// Brings an edge up to an end of the log by the full tiles that are there, and makes them durable; false where one is missing or holds
    /// other hashes, and then nothing may go that they stand for.
    func secure(_ edge: inout TileEdge, to end: LogAnchor) throws(FileFault) -> Bool {
        var folders: Set<String> = []
        while edge.size < end.size {
            let index = edge.size >> UInt64(TilePlace.height)
            let place = TilePlace(.hashes(level: 0), index: index)
            guard let hashes = try hashes(of: place) else { return false }
            let first = Int(edge.size & 255)
            let last = min(UInt64(TilePlace.fullWidth), end.size - index << 8)
            for hash in hashes[first..<Int(last)] {
                var filled: [(TilePlace, [TreeHash])] = []
                try edge.append(hash) { filled.append(($0, $1)) }
                for (place, hashes) in filled {
                    guard try self.hashes(of: place) == hashes else { return false }
                    try sync(place)
                    folders.formUnion(Self.folders(of: place))
                }
            }
        }
        guard edge.root == end.root else { return false }
        for folder in folders.sorted() { try system.syncFolder(directory + "/" + folder) }
        if !folders.isEmpty { try system.syncFolder(directory) }
        return true
    }

    /// The hashes of ranges of leaves; nil where a tile is missing.
    func hashes(
        of ranges: [Range<UInt64>], beside edge: TileEdge
    ) throws(FileFault) -> [TreeHash]? {
        var out: [TreeHash] = []
        for range in ranges {
            var nodes: [TreeHash] = []
            for node in ProofPath.nodes(of: range) {
                guard let hash = try hash(of: node, beside: edge) else { return nil }
                nodes.append(hash)
            }
            out.append(ProofPath.hash(nodes))
        }
        return out
    }

    /// The hash of a node of the tree whose right edge is given; nil where its tile is not there.
    func hash(of node: TreeNode, beside edge: TileEdge) throws(FileFault) -> TreeHash? {
        let level = node.level / TilePlace.height
        let depth = node.level % TilePlace.height
        let first = node.index << UInt64(depth)
        let start = Int(first & 255)
        let index = first >> UInt64(TilePlace.height)
        let isLast = index == edge.size >> UInt64((level + 1) * TilePlace.height)
        let place = TilePlace(.hashes(level: level), index: index)
        guard let hashes = isLast ? edge.levels[level] : try hashes(of: place),
            start + 1 << depth <= hashes.count
        else { return nil }
        return TileEdge.root(of: hashes[start..<start + 1 << depth])
    }

    /// Takes away the bundles of records that are all before a place, from another on.
    func removeBundles(from start: UInt64, to end: UInt64) throws(FileFault) {
        for index in start >> 8..<max(start >> 8, end >> 8) {
            let path = directory + "/" + TilePlace(.entries, index: index).path
            if try system.facts(path) != nil { try system.remove(path) }
        }
    }

    private func sync(_ place: TilePlace) throws(FileFault) {
        let file = try system.open(directory + "/" + place.path, .update)
        defer { system.close(file) }
        try system.sync(file)
    }

    /// The folders that a tile lies in, below the tiles' own.
    private static func folders(of place: TilePlace) -> [String] {
        var path = place.path
        var all: [String] = []
        while let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
            all.append(path)
        }
        return all
    }
}
