/// Reads single record lines at places that an index remembers; the places are not trusted.
package struct RecordReader: ~Copyable {
    private let system: any FileSystem
    private let layout: LogLayout
    private var segment: UInt64?
    private var file: SegmentFile?
    private var buffer = [UInt8](repeating: 0, count: Limits.lineBytesMax + 1)

    package init(directory: String, system: any FileSystem = PosixFileSystem()) {
        self.system = system
        layout = LogLayout(directory: directory)
    }

    /// The line of a record, or nil if no such record stands there.
    package mutating func line(
        _ sequence: UInt64, segment: UInt64, offset: Int64
    ) -> [UInt8]? {
        if self.segment != segment || file == nil { open(segment) }
        guard let file, offset >= 0 else { return nil }
        for room in [1024, buffer.count] {
            let count = buffer.withUnsafeMutableBytes { bytes in
                try? file.read(
                    at: offset, into: UnsafeMutableRawBufferPointer(rebasing: bytes[..<room]))
            }
            guard let count, count > 0 else { return nil }
            guard let end = buffer[..<count].firstIndex(of: 0x0A) else { continue }
            let line = Array(buffer[..<end])
            let found = line.withUnsafeBytes { RecordLine.sequence(of: $0) }
            return found == sequence ? line : nil
        }
        return nil
    }

    private mutating func open(_ segment: UInt64) {
        self.segment = segment
        file = nil
        let contents = try? LogContents.list(system: system, layout: layout)
        guard let entry = contents?.segments.first(where: { $0.firstSequence == segment })
        else { return }
        file = try? SegmentFile(entry, system: system, layout: layout)
    }
}
