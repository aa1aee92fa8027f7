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
        try system.createFolder(layout.quarantine)
        let taken = Set(try system.list(layout.quarantine) ?? [])
        var name = "\(segment).\(offset)"
        var attempt = 1
        while taken.contains(name) {
            name = "\(segment).\(offset).\(attempt)"
            attempt += 1
        }
        let file = try system.open(layout.quarantine + "/" + name, .create)
        defer { system.close(file) }
        let outcome = bytes.withUnsafeBytes { block in
            Result { () throws(FileFault) in try system.writeWhole(block, to: file, at: 0) }
        }
        try outcome.get()
        try system.sync(file)
        try system.syncFolder(layout.quarantine)
        return Self.describe(tail, of: segment, at: offset)
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
