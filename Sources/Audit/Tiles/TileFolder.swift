/// Where tiles lie, in the layout in which any web server can show them (C2SP tlog-tiles).
///
/// They are derived from the log: nothing here is synced, and what is missing or wrong is made anew.
struct TileFolder: Sendable {
    let system: any FileSystem
    let directory: String

    private static let checkpointName = "checkpoint"

    /// The hashes of a tile; nil where it is not there, or not whole.
    func hashes(of place: TilePlace) throws(FileFault) -> [TreeHash]? {
        let count = place.width * TreeHash.byteCount
        guard let bytes = try read(place.path, max: count), bytes.count == count else { return nil }
        return stride(from: 0, to: count, by: TreeHash.byteCount).compactMap {
            TreeHash(bytes: bytes[$0..<$0 + TreeHash.byteCount])
        }
    }

    func write(_ hashes: [TreeHash], as place: TilePlace) throws(FileFault) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(hashes.count * TreeHash.byteCount)
        for hash in hashes { hash.withUnsafeBytes { bytes.append(contentsOf: $0) } }
        try write(bytes, as: place)
    }

    /// Writes a tile or bundle; the partial ones that a full one replaces are removed.
    func write(_ bytes: [UInt8], as place: TilePlace) throws(FileFault) {
        try write(bytes, to: place.path)
        if place.isFull { try removePartials(of: place) }
    }

    /// The bytes of a bundle of records; nil where it is not there.
    func bundle(_ place: TilePlace) throws(FileFault) -> [UInt8]? {
        try read(place.path, max: place.width * (Limits.recordBytesMax + 2))
    }

    /// The signed end that the tiles lead to; nil where there is none.
    func checkpoint() throws(FileFault) -> [UInt8]? {
        try read(Self.checkpointName, max: NoteLimits.noteBytesMax)
    }

    func write(checkpoint: [UInt8]) throws(FileFault) {
        try write(checkpoint, to: Self.checkpointName)
    }

    private func removePartials(of place: TilePlace) throws(FileFault) {
        let folder = directory + "/" + place.partialFolder
        guard let names = try system.list(folder) else { return }
        for name in names { try system.remove(folder + "/" + name) }
        try system.remove(folder)
    }

    private func read(_ path: String, max: Int) throws(FileFault) -> [UInt8]? {
        let path = directory + "/" + path
        guard try system.facts(path)?.isRegular == true else { return nil }
        let file = try system.open(path, .read)
        defer { system.close(file) }
        return try system.readRange(file, from: 0, count: max)
    }

    /// Replaced as a whole, so that nobody who reads meanwhile sees half of it.
    private func write(_ bytes: [UInt8], to path: String) throws(FileFault) {
        let path = directory + "/" + path
        let draft = path + ".new"
        if try system.facts(draft) != nil { try system.remove(draft) }
        let file = try create(draft)
        let result = bytes.withUnsafeBytes { block in
            Result { () throws(FileFault) in try system.writeWhole(block, to: file, at: 0) }
        }
        system.close(file)
        try result.get()
        try system.rename(draft, to: path)
    }

    private func create(_ path: String) throws(FileFault) -> OpenFile {
        do throws(FileFault) {
            return try system.open(path, .create)
        } catch {
            guard error.errno == PosixFileSystem.nothingThere else { throw error }
            _ = try system.createFolder(LogLayout.parent(of: path))
            return try system.open(path, .create)
        }
    }
}
