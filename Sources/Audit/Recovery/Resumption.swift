/// Brings a log that failed back to the end of what is acknowledged.
///
/// The file that failed was closed; the segment is opened again by its path, so that a sync here
/// reports what becomes of this descriptor's own writes (fsync errors are reported once).
struct Resumption {
    let system: any FileSystem
    let layout: LogLayout

    /// Cuts the segment and removes one that was only begun; gives what was cut.
    func rewind(
        to end: LogWriter.Acknowledged, dropping unacknowledged: String?
    ) throws(FileFault) -> CutTail? {
        let file = try system.open(layout.segment(end.segmentName), .update)
        defer { system.close(file) }
        try checkLastCommit(end, in: file)
        let size = try system.size(file)
        var cut: CutTail?
        if size > end.end {
            let count = Int(min(size - end.end, Limits.tailBytesMax))
            let tail = try system.readRange(file, from: end.end, count: count)
            cut = keep(tail, of: end.segmentName, at: end.end)
            try system.truncate(file, to: end.end)
        }
        try system.sync(file)
        if let unacknowledged, let dropped = try drop(unacknowledged) { cut = dropped }
        return cut
    }

    /// The acknowledged end must still be there, else the log must not go on.
    private func checkLastCommit(
        _ end: LogWriter.Acknowledged, in file: OpenFile
    ) throws(FileFault) {
        var expected: [UInt8] = []
        end.commit.append(to: &expected)
        expected.append(UInt8(ascii: "\n"))
        let start = end.end - Int64(expected.count)
        let found = try system.readRange(file, from: max(0, start), count: expected.count)
        if found != expected {
            throw FileFault(
                operation: "find the last commit line of", path: file.path,
                errno: PosixFileSystem.inputOutput)
        }
    }

    private func drop(_ name: String) throws(FileFault) -> CutTail? {
        guard try (system.list(layout.segments) ?? []).contains(name) else { return nil }
        let file = try system.open(layout.segment(name), .read)
        defer { system.close(file) }
        let count = Int(min(try system.size(file), Limits.tailBytesMax))
        let bytes = try system.readRange(file, from: 0, count: count)
        let cut = keep(bytes, of: name, at: 0)
        try system.remove(layout.segment(name))
        try system.syncFolder(layout.segments)
        return cut
    }

    /// Keeps the bytes if that is possible; a full disk must not stand in the way.
    private func keep(_ tail: [UInt8], of name: String, at offset: Int64) -> CutTail? {
        if Quarantine.content(tail).isEmpty { return nil }
        let quarantine = Quarantine(system: system, layout: layout)
        return (try? quarantine.keep(tail, of: name, at: offset))
            ?? Quarantine.describe(tail, of: name, at: offset)
    }
}
