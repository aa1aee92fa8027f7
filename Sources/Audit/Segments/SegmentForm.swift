/// How a segment stands on disk.
enum SegmentForm: Sendable, CaseIterable {
    /// As it was written.
    case plain
    /// Packed with gzip, once it was full and sealed.
    case packed

    /// What the file's name ends with, behind the segment's.
    var suffix: String {
        switch self {
        case .plain: ""
        case .packed: ".gz"
        }
    }
}

/// A segment that is open for reading, in whichever form it has.
final class OpenSegment: ByteSource {
    let path: String
    let form: SegmentForm
    private let system: any FileSystem
    private let file: OpenFile
    private let source: any ByteSource

    init(_ path: String, _ form: SegmentForm, system: any FileSystem) throws(FileFault) {
        file = try system.open(path, .read)
        self.path = path
        self.form = form
        self.system = system
        let bytes = FileBytes(system: system, file: file)
        source = form == .packed ? PackedBytes(bytes, path: path) : bytes
    }

    deinit { system.close(file) }

    /// What the file is now.
    func facts() throws(FileFault) -> FileFacts { try system.facts(of: file) }

    func read(
        at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        try source.read(at: offset, into: bytes)
    }

    /// The first line without its newline; nil where there is none as short as a segment's first record.
    func firstLine() throws(FileFault) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: Limits.headerBytesMax)
        let result = bytes.withUnsafeMutableBytes { block in
            Result { () throws(FileFault) in try source.read(at: 0, into: block) }
        }
        let found = bytes.prefix(try result.get())
        return found.firstIndex(of: UInt8(ascii: "\n")).map { Array(found[..<$0]) }
    }
}
