/// The lines of a segment, whether its file is plain or archived.
final class SegmentFile: ByteSource {
    private let system: any FileSystem
    private let file: OpenFile
    private let archive: ArchiveBytes?

    /// Opens a segment of a log for reading.
    init(_ entry: SegmentEntry, system: any FileSystem, layout: LogLayout) throws(FileFault) {
        self.system = system
        file = try system.open(layout.segment(entry.name), .read)
        do throws(FileFault) {
            archive = entry.isArchived ? try ArchiveBytes(system: system, file: file) : nil
        } catch {
            system.close(file)
            throw error
        }
    }

    deinit { system.close(file) }

    func read(
        at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        if let archive { return try archive.read(at: offset, into: bytes) }
        return try system.read(file, at: offset, into: bytes)
    }
}
