/// Publishes a log as static files that any tlog-tiles client can read (C2SP tlog-tiles).
///
/// `checkpoint`, `tile/<level>/<n>`, `tile/entries/<n>` and the partial tiles of the published sizes. All of it is
/// derived; what was published before is found again by the folder's own checkpoint.
final class TilePublication {
    private let system: any FileSystem
    private let folder: String
    private let layout: LogLayout
    private var published: UInt64 = 0
    private var tail: LogTail
    /// The lines behind the last full bundle.
    private var lines: [[UInt8]] = []
    private var nextBundle: UInt64

    init(system: any FileSystem, folder: String, layout: LogLayout) throws(AuditError) {
        self.system = system
        self.folder = folder
        self.layout = layout
        let file = folder + "/checkpoint"
        let before = try? LogEvidence.checkpoint(in: file, system)
        published = before?.checkpoint.size ?? 0
        let start = try LogContents.list(system: system, layout: layout)?.start.size ?? 0
        nextBundle = max(published / 256, (start + 255) / 256)
        tail = LogTail(directory: layout.directory, from: nextBundle * 256 + 1, system: system)
    }

    /// Makes the folder show the log as of a checkpoint.
    func publish(_ signed: SignedCheckpoint) throws(AuditError) {
        let size = signed.checkpoint.size
        guard size >= published else { return }
        try publishEntries(to: size)
        for level in 0..<TreeStore.levels { try publishTiles(level, to: size) }
        let bytes = Array(signed.note.description.utf8)
        try SmallFile(system: system, path: folder + "/checkpoint").replace(with: bytes)
        published = size
    }

    private func publishEntries(to size: UInt64) throws(AuditError) {
        while nextBundle * 256 + UInt64(lines.count) < size {
            let records = try tail.next()
            if records.isEmpty { throw .noProof("records up to \(size) are not readable yet") }
            lines += records.map(\.line)
            var done = 0
            while lines.count - done >= 256 {
                try write(bundle(lines[done..<done + 256]), "entries", nextBundle, width: 0)
                done += 256
                nextBundle += 1
            }
            lines.removeFirst(done)
        }
        // The tail may have run ahead of the checkpoint; the rest waits for the next one.
        let width = size > nextBundle * 256 ? Int(size - nextBundle * 256) : 0
        if width > 0 { try write(bundle(lines[..<width]), "entries", nextBundle, width: width) }
    }

    private func publishTiles(_ level: Int, to size: UInt64) throws(AuditError) {
        let source = StoredHashes(system: system, layout: layout)
        let count = size >> UInt64(8 * level)
        var tile = (published >> UInt64(8 * level)) / 256
        while tile * 256 < count {
            let width = min(256, Int(count - tile * 256))
            let hashes = try source.hashes(level: level, from: tile * 256, count: width)
            try write(
                hashes.flatMap(\.bytes), String(level), tile, width: width == 256 ? 0 : width)
            tile += 1
        }
    }

    private func bundle(_ lines: ArraySlice<[UInt8]>) -> [UInt8] {
        var out: [UInt8] = []
        for line in lines {
            out.append(UInt8(truncatingIfNeeded: line.count >> 8))
            out.append(UInt8(truncatingIfNeeded: line.count))
            out.append(contentsOf: line)
        }
        return out
    }

    /// Writes a tile; a full one takes the place of its partial ones.
    private func write(
        _ bytes: [UInt8], _ level: String, _ index: UInt64, width: Int
    ) throws(AuditError) {
        let whole = "\(folder)/tile/\(level)/\(Self.path(index))"
        let path = width == 0 ? whole : "\(whole).p/\(width)"
        do throws(FileFault) {
            let parent = String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
            try system.createFolder(parent)
            let name = String(path.dropFirst(parent.count + 1))
            let isThere = try system.list(parent)?.contains(name) ?? false
            let file = try system.open(path, isThere ? .update : .create)
            let outcome = bytes.withUnsafeBytes { block in
                Result { () throws(FileFault) in
                    defer { system.close(file) }
                    try system.writeWhole(block, to: file, at: 0)
                    try system.truncate(file, to: Int64(block.count))
                    try system.sync(file)
                }
            }
            try outcome.get()
            guard width == 0 else { return }
            for partial in try system.list(whole + ".p") ?? [] {
                try system.remove("\(whole).p/\(partial)")
            }
        } catch {
            throw error.asAuditError
        }
    }

    /// An index in path elements of three digits, all but the last beginning with `x`.
    static func path(_ index: UInt64) -> String {
        let part = { (value: UInt64) in
            String(repeating: "0", count: 3 - String(value).count) + String(value)
        }
        var path = part(index % 1000)
        var rest = index / 1000
        while rest > 0 {
            path = "x\(part(rest % 1000))/\(path)"
            rest /= 1000
        }
        return path
    }
}
