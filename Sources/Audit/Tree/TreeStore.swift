/// The hashes of the log's tree on disk: a file a level in `tree/`, 32 bytes a hash, appended only.
///
/// Derived data: made from the log, and made again from it if they don't fit. The folder's levels are those of
/// tlog-tiles, so tile `n` of level `l` is the 8,192 bytes of file `l` at offset `n * 8192`.
final class TreeStore {
    static let levels = 8
    private let system: any FileSystem
    private let folder: String
    private var files: [OpenFile]
    /// How many hashes of each level count; what a file holds behind them is overwritten.
    private var counts: [UInt64]
    /// The hashes behind the last full tile of each level.
    private var tails: [[TreeHash]]
    private var unwritten: [[UInt8]]
    private var synced: UInt64 = 0

    /// Opens or creates the files; nothing in them counts before `restart`.
    init(system: any FileSystem, layout: LogLayout) throws(FileFault) {
        self.system = system
        folder = layout.tree
        files = []
        counts = Array(repeating: 0, count: Self.levels)
        tails = Array(repeating: [], count: Self.levels)
        unwritten = Array(repeating: [], count: Self.levels)
        try system.createFolder(folder)
        let names = Set(try system.list(folder) ?? [])
        for level in 0..<Self.levels {
            let mode = names.contains(String(level)) ? OpenMode.update : .create
            files.append(try system.open("\(folder)/\(level)", mode))
        }
        try system.syncFolder(folder)
    }

    deinit { files.forEach(system.close) }

    /// The number of leaves.
    var size: UInt64 { counts[0] }

    /// How many leaves the files hold, right or not.
    func stored() throws(FileFault) -> UInt64 {
        UInt64(try system.size(files[0])) / UInt64(TreeHash.byteCount)
    }

    /// Goes on behind the first `size` leaves.
    func restart(at size: UInt64) throws(AuditError) {
        for level in 0..<Self.levels {
            counts[level] = size >> UInt64(8 * level)
            unwritten[level] = []
            let tail = counts[level] % 256
            tails[level] = try read(level, from: counts[level] - tail, count: Int(tail))
        }
        synced = size
    }

    /// Adds a leaf; it is on disk after `flush`.
    func append(_ leaf: TreeHash) {
        var hash = leaf
        for level in 0..<Self.levels {
            counts[level] += 1
            hash.withUnsafeBytes { unwritten[level].append(contentsOf: $0) }
            tails[level].append(hash)
            guard tails[level].count == 256 else { return }
            var row = tails[level]
            while row.count > 1 {
                row = stride(from: 0, to: row.count, by: 2).map {
                    TreeHasher.node(row[$0], row[$0 + 1])
                }
            }
            hash = row[0]
            tails[level].removeAll(keepingCapacity: true)
        }
    }

    /// Writes what was added, and syncs it now and then.
    func flush(syncs: Bool = false) throws(AuditError) {
        do throws(FileFault) {
            for level in 0..<Self.levels where !unwritten[level].isEmpty {
                let end = Int64(counts[level]) * Int64(TreeHash.byteCount)
                let start = end - Int64(unwritten[level].count)
                let outcome = unwritten[level].withUnsafeBytes { bytes in
                    Result { () throws(FileFault) in
                        try system.writeWhole(bytes, to: files[level], at: start)
                    }
                }
                try outcome.get()
                unwritten[level].removeAll(keepingCapacity: true)
            }
            guard syncs || size - min(size, synced) >= Limits.treeSyncHashes else { return }
            for file in files { try system.sync(file) }
            synced = size
        } catch {
            throw error.asAuditError
        }
    }

    private func read(
        _ level: Int, from index: UInt64, count: Int
    ) throws(AuditError) -> [TreeHash] {
        try StoredHashes.read(files[level], system, from: index, count: count)
    }
}

/// Reads the stored hashes of a log, beside whoever writes them.
struct StoredHashes: HashSource {
    let system: any FileSystem
    let layout: LogLayout

    func hashes(level: Int, from index: UInt64, count: Int) throws(AuditError) -> [TreeHash] {
        let file: OpenFile
        do throws(FileFault) {
            file = try system.open("\(layout.tree)/\(level)", .read)
        } catch {
            throw error.asAuditError
        }
        defer { system.close(file) }
        return try Self.read(file, system, from: index, count: count)
    }

    static func read(
        _ file: OpenFile, _ system: any FileSystem, from index: UInt64, count: Int
    ) throws(AuditError) -> [TreeHash] {
        let width = TreeHash.byteCount
        guard index < UInt64(Int64.max) / 64 else { throw .noProof("no such hash") }
        do throws(FileFault) {
            let bytes = try system.readRange(
                file, from: Int64(index) * Int64(width), count: count * width)
            let hashes = (0..<bytes.count / width).compactMap {
                TreeHash(bytes: bytes[$0 * width..<($0 + 1) * width])
            }
            guard hashes.count == count else {
                throw FileFault(
                    operation: "find hash \(index) in", path: file.path,
                    errno: PosixFileSystem.inputOutput)
            }
            return hashes
        } catch {
            throw error.asAuditError
        }
    }
}
