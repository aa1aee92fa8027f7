import Crypto

/// Compresses sealed segments; at every moment the log holds each segment whole in one form or both.
struct SegmentPacker {
    let system: any FileSystem
    let layout: LogLayout

    /// Replaces a sealed segment by its compressed form, after reading that back.
    ///
    /// - Parameters:
    ///   - entry: a segment that is not written any more.
    ///   - pace: gets the bytes of each step, to slow down.
    /// - Throws: `AuditError.io`; then the plain segment is still there.
    func pack(_ entry: SegmentEntry, pace: (Int) -> Void) throws(AuditError) {
        guard !entry.isArchived else { return }
        do throws(FileFault) {
            let temporary = "\(layout.packing)/\(entry.name).gz"
            try system.createFolder(layout.packing)
            for name in try system.list(layout.packing) ?? [] {
                try system.remove("\(layout.packing)/\(name)")
            }
            let written = try write(entry, to: temporary, pace)
            guard try digest(ofArchive: temporary, pace) == written else {
                throw FileFault(
                    operation: "pack", path: layout.segment(entry.name),
                    errno: PosixFileSystem.inputOutput)
            }
            try system.rename(temporary, to: layout.segment(entry.name + ".gz"))
            try system.syncFolder(layout.segments)
            try system.remove(layout.segment(entry.name))
            try system.syncFolder(layout.segments)
        } catch {
            throw error.asAuditError
        }
    }

    /// Removes plain segments whose compressed form a crash left behind half-way: the plain one counts.
    func tidy() throws(FileFault) {
        let names = try system.list(layout.segments) ?? []
        let plain = Set(names.filter { SegmentName.parse($0) != nil })
        for name in names where name.hasSuffix(".gz") && plain.contains(String(name.dropLast(3))) {
            try system.remove(layout.segment(name))
        }
    }

    private func write(
        _ entry: SegmentEntry, to path: String, _ pace: (Int) -> Void
    ) throws(FileFault) -> SHA256.Digest {
        let source = try SegmentFile(entry, system: system, layout: layout)
        let target = try system.open(path, .create)
        defer { system.close(target) }
        var function = SHA256()
        var offset: Int64 = 0
        var end: Int64 = 0
        while true {
            let bytes = try read(source, at: offset)
            if bytes.isEmpty { break }
            function.update(data: bytes)
            guard let member = Gzip.member(bytes) else {
                throw FileFault(operation: "deflate", path: path, errno: PosixFileSystem.noSpace)
            }
            let outcome = member.withUnsafeBytes { block in
                Result { () throws(FileFault) in try system.writeWhole(block, to: target, at: end) }
            }
            try outcome.get()
            offset += Int64(bytes.count)
            end += Int64(member.count)
            pace(bytes.count)
        }
        try system.sync(target)
        return function.finalize()
    }

    private func digest(
        ofArchive path: String, _ pace: (Int) -> Void
    ) throws(FileFault) -> SHA256.Digest {
        let file = try system.open(path, .read)
        defer { system.close(file) }
        let archive = try ArchiveBytes(system: system, file: file)
        var function = SHA256()
        var offset: Int64 = 0
        while true {
            let bytes = try read(archive, at: offset)
            if bytes.isEmpty { return function.finalize() }
            function.update(data: bytes)
            offset += Int64(bytes.count)
            pace(bytes.count)
        }
    }

    /// A member's worth of bytes, less only at the end.
    private func read(_ source: any ByteSource, at offset: Int64) throws(FileFault) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Limits.archiveMemberBytes)
        var filled = 0
        while filled < bytes.count {
            let start = filled
            let step = bytes.withUnsafeMutableBytes { block in
                Result { () throws(FileFault) in
                    try source.read(
                        at: offset + Int64(start),
                        into: UnsafeMutableRawBufferPointer(rebasing: block[start...]))
                }
            }
            let count = try step.get()
            if count == 0 { break }
            filled += count
        }
        bytes.removeLast(bytes.count - filled)
        return bytes
    }
}
