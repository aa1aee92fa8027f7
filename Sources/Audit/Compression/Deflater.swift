internal import CZlib

/// Packs bytes as gzip (RFC 1952), in memory that does not grow with them.
package final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private let output = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Limits.packChunkBytes, alignment: 16)
    private var isOpen: Bool

    /// A window of 32 KiB, behind gzip's own head and tail.
    static let windowBits: Int32 = 15 + 16
    private static let level: Int32 = 7
    private static let memoryLevel: Int32 = 9

    package init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // The head is the same for the same bytes: no name, no time.
        isOpen =
            deflateInit2_(
                stream, Self.level, Z_DEFLATED, Self.windowBits, Self.memoryLevel,
                Z_FILTERED, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if isOpen { deflateEnd(stream) }
        stream.deinitialize(count: 1)
        stream.deallocate()
        output.deallocate()
    }

    /// Takes the next bytes, none with the last call, and hands on what they pack to.
    ///
    /// - Returns: Whether the library could do it.
    package func pack(
        _ bytes: UnsafeRawBufferPointer, isLast: Bool,
        into sink: (UnsafeRawBufferPointer) throws(FileFault) -> Void
    ) throws(FileFault) -> Bool {
        guard isOpen, bytes.count <= Limits.packChunkBytes else { return false }
        // The library only reads what it is given.
        stream.pointee.next_in = UnsafeMutableRawPointer(mutating: bytes.baseAddress)?
            .assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_in = UInt32(bytes.count)
        while true {
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: Bytef.self)
            stream.pointee.avail_out = UInt32(output.count)
            let result = deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try sink(UnsafeRawBufferPointer(rebasing: output[..<count])) }
            switch result {
            case Z_STREAM_END: return true
            case Z_OK, Z_BUF_ERROR:
                // Room that was left over says that all was taken.
                if stream.pointee.avail_out > 0 { return !isLast }
            default: return false
            }
        }
    }
}
