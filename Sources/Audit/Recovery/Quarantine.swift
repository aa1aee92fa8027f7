import Crypto

/// Keeps bytes that were taken out of the log because nobody was told that they are in it.
struct Quarantine {
    let system: any FileSystem
    let layout: LogLayout

    /// Writes the bytes to `quarantine/<segment>.<offset>`, durable, and describes them.
    func keep(
        _ tail: [UInt8], of segment: String, at offset: Int64
    ) throws(FileFault) -> CutTail {
        let bytes = Self.content(tail)
        try system.createDurableFolder(layout.quarantine)
        let name = "\(segment).\(offset)"
        let taken = Set(try system.list(layout.quarantine) ?? [])
        var free = name
        var attempt = 1
        while taken.contains(free) {
            if try holds(free, bytes) { return Self.describe(tail, of: segment, at: offset) }
            free = "\(name).\(attempt)"
            attempt += 1
        }
        try write(bytes, to: layout.quarantine + "/" + free)
        return Self.describe(tail, of: segment, at: offset)
    }

    /// Whether a file was kept already, by an attempt that failed later.
    private func holds(_ name: String, _ bytes: [UInt8]) throws(FileFault) -> Bool {
        let file = try system.open(layout.quarantine + "/" + name, .read)
        defer { system.close(file) }
        guard try system.size(file) == Int64(bytes.count) else { return false }
        return try system.readRange(file, from: 0, count: bytes.count) == bytes
    }

    private func write(_ bytes: [UInt8], to path: String) throws(FileFault) {
        let file = try system.open(path, .create)
        defer { system.close(file) }
        do throws(FileFault) {
            let outcome = bytes.withUnsafeBytes { block in
                Result { () throws(FileFault) in try system.writeWhole(block, to: file, at: 0) }
            }
            try outcome.get()
            try system.sync(file)
            try system.syncFolder(layout.quarantine)
        } catch {
            try? system.remove(path)
            throw error
        }
    }

    /// Describes bytes without keeping them.
    static func describe(_ tail: [UInt8], of segment: String, at offset: Int64) -> CutTail {
        let bytes = content(tail)
        return CutTail(
            segment: segment, offset: offset, bytes: bytes.count,
            sha256: Hex.text(SHA256.hash(data: bytes)))
    }

    /// The bytes without the fill behind them.
    static func content(_ tail: [UInt8]) -> [UInt8] {
        let end = tail.lastIndex { $0 != UInt8(ascii: "\n") }.map { $0 + 1 } ?? 0
        return Array(tail[..<end])
    }
}
