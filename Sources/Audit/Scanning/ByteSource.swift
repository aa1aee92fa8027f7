/// Bytes that can be read at an offset: a segment in a file, or in memory.
package protocol ByteSource {
    /// Reads at an offset and says how many bytes there were; 0 is the end.
    func read(at offset: Int64, into bytes: UnsafeMutableRawBufferPointer)
        throws(FileFault) -> Int
}

/// The bytes of an open file.
struct FileBytes: ByteSource {
    let system: any FileSystem
    let file: OpenFile

    func read(
        at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        try system.read(file, at: offset, into: bytes)
    }
}

/// Bytes in memory.
package struct HeldBytes: ByteSource {
    let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    package func read(
        at offset: Int64, into target: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        guard offset >= 0, offset < Int64(bytes.count) else { return 0 }
        let part = bytes[Int(offset)...].prefix(target.count)
        target.copyBytes(from: part)
        return part.count
    }
}
