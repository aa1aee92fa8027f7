internal import CZlib

/// The bytes of a segment that is packed (gzip, RFC 1952), in memory that does not grow with it.
///
/// Read in order it costs one unpacking; whoever goes back begins anew. What is no whole gzip of one part, or unpacks to more than a
/// segment holds, is damage.
package final class PackedBytes: ByteSource {
    private let base: any ByteSource
    private let path: String
    private let bytesMax: Int64
    private let stream: UnsafeMutablePointer<z_stream>
    private let input = UnsafeMutableRawBufferPointer.allocate(
        byteCount: Limits.packChunkBytes, alignment: 16)
    private var isOpen: Bool
    /// What was read of the file, and what was unpacked of that.
    private var taken: Int64 = 0
    private var position: Int64 = 0
    private var isAtEnd = false
    private var isFollowed = true

    package init(
        _ base: any ByteSource, path: String, bytesMax: Int64 = Limits.unpackedBytesMax
    ) {
        self.base = base
        self.path = path
        self.bytesMax = bytesMax
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        isOpen =
            inflateInit2_(
                stream, Deflater.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
            == Z_OK
    }

    deinit {
        if isOpen { inflateEnd(stream) }
        stream.deinitialize(count: 1)
        stream.deallocate()
        input.deallocate()
    }

    package func read(
        at offset: Int64, into bytes: UnsafeMutableRawBufferPointer
    ) throws(FileFault) -> Int {
        guard isOpen else {
            throw FileFault(operation: "unpack", path: path, errno: PosixFileSystem.noMemory)
        }
        if offset < position { begin() }
        try skip(to: offset)
        return offset == position ? try unpack(into: bytes) : 0
    }

    private func begin() {
        inflateReset(stream)
        stream.pointee.avail_in = 0
        taken = 0
        position = 0
        isAtEnd = false
        isFollowed = true
    }

    private func skip(to offset: Int64) throws(FileFault) {
        guard position < offset else { return }
        let block = UnsafeMutableRawBufferPointer.allocate(
            byteCount: Limits.packChunkBytes, alignment: 16)
        defer { block.deallocate() }
        while position < offset {
            let wanted = Int(min(Int64(block.count), offset - position))
            let part = UnsafeMutableRawBufferPointer(rebasing: block[..<wanted])
            if try unpack(into: part) == 0 { return }
        }
    }

    /// The next bytes, up to where no more can be unpacked; none at the end.
    private func unpack(into bytes: UnsafeMutableRawBufferPointer) throws(FileFault) -> Int {
        let room = min(bytes.count, Int(UInt32.max))
        stream.pointee.next_out = bytes.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_out = UInt32(room)
        while !isAtEnd, Int(stream.pointee.avail_out) == room, room > 0 {
            if stream.pointee.avail_in == 0 { try refill() }
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_OK, Z_BUF_ERROR: continue
            case Z_STREAM_END: isAtEnd = true
            default:
                // What came before counts: it says in which line the rest is missing. The library fails again.
                if Int(stream.pointee.avail_out) < room { break }
                let why = stream.pointee.msg.map { String(cString: $0) } ?? "unknown"
                throw damage("what is packed can't be unpacked (\(why))")
            }
        }
        let count = room - Int(stream.pointee.avail_out)
        if count == 0, room > 0, isFollowed { try finish() }
        position += Int64(count)
        guard position <= bytesMax else {
            throw damage("it unpacks to more than \(bytesMax) bytes")
        }
        return count
    }

    private func refill() throws(FileFault) {
        let count = try base.read(at: taken, into: input)
        guard count > 0 else { throw damage("what is packed ends too soon") }
        taken += Int64(count)
        stream.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: Bytef.self)
        stream.pointee.avail_in = UInt32(count)
    }

    /// Behind the one part nothing stands.
    private func finish() throws(FileFault) {
        guard stream.pointee.avail_in == 0, try base.read(at: taken, into: input) == 0 else {
            throw damage("something stands behind what is packed")
        }
        isFollowed = false
    }

    private func damage(_ why: String) -> FileFault { FileFault(damaged: path, why: why) }
}
