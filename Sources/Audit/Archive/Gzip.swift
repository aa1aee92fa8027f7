internal import CZlib

/// One gzip member (RFC 1952), made and read by zlib.
///
/// A member of ours names its own length in an extra field `MX`, so that a reader finds the next one without
/// inflating; any gunzip reads the whole file.
enum Gzip {
    /// The fixed head, the extra field's length, and the field: two letters, its length 4, the member's length.
    static let headBytes = 10 + 2 + 8
    static let trailerBytes = 8

    /// Compresses bytes into one member, or nil if zlib fails.
    static func member(_ bytes: [UInt8]) -> [UInt8]? {
        var stream = z_stream()
        // Raw deflate: head and trailer are written here.
        guard
            deflateInit2_(
                &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY,
                ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return nil }
        defer { deflateEnd(&stream) }
        let room = Int(deflateBound(&stream, UInt(bytes.count)))
        var out = [UInt8](repeating: 0, count: headBytes + room + trailerBytes)
        var input = bytes
        let result = input.withUnsafeMutableBufferPointer { source in
            out.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = UInt32(source.count)
                stream.next_out = target.baseAddress.map { $0 + headBytes }
                stream.avail_out = UInt32(room)
                return deflate(&stream, Z_FINISH)
            }
        }
        guard result == Z_STREAM_END else { return nil }
        out.removeLast(room - Int(stream.total_out) + trailerBytes)
        let checksum = UInt32(truncatingIfNeeded: crc32(0, bytes, UInt32(bytes.count)))
        append(checksum, to: &out)
        append(UInt32(truncatingIfNeeded: bytes.count), to: &out)
        let head: [UInt8] = [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 0xFF, 8, 0, 0x4D, 0x58, 4, 0]
        out.replaceSubrange(0..<head.count, with: head)
        let length = UInt32(out.count)
        for place in 0..<4 { out[16 + place] = UInt8(truncatingIfNeeded: length >> (8 * place)) }
        return out
    }

    /// The whole length of a member that begins with this head, or nil if it is none of ours.
    static func length(ofHead head: ArraySlice<UInt8>) -> Int? {
        let bytes = Array(head)
        guard bytes.count >= headBytes, bytes[0...3] == [0x1F, 0x8B, 8, 4],
            bytes[10...15] == [8, 0, 0x4D, 0x58, 4, 0]
        else { return nil }
        let length = Int(number(bytes[16..<20]))
        return length > headBytes + trailerBytes ? length : nil
    }

    /// The length of what a member holds, by its trailer.
    static func contentLength(ofTrailer trailer: ArraySlice<UInt8>) -> Int {
        Int(number(trailer.suffix(4)))
    }

    /// Inflates a whole member, or nil if it is damaged.
    static func content(_ member: [UInt8], bytesMax: Int) -> [UInt8]? {
        guard member.count > headBytes + trailerBytes else { return nil }
        let count = contentLength(ofTrailer: member[...])
        guard count <= bytesMax else { return nil }
        var stream = z_stream()
        let size = Int32(MemoryLayout<z_stream>.size)
        guard inflateInit2_(&stream, -15, ZLIB_VERSION, size) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var out = [UInt8](repeating: 0, count: max(1, count))
        var input = member
        let result = input.withUnsafeMutableBufferPointer { source in
            out.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress.map { $0 + headBytes }
                stream.avail_in = UInt32(source.count - headBytes - trailerBytes)
                stream.next_out = target.baseAddress
                stream.avail_out = UInt32(count)
                return inflate(&stream, Z_FINISH)
            }
        }
        guard result == Z_STREAM_END, stream.avail_in == 0, Int(stream.total_out) == count else {
            return nil
        }
        out.removeLast(out.count - count)
        let checksum = UInt32(truncatingIfNeeded: crc32(0, out, UInt32(out.count)))
        return checksum == number(member.suffix(8).prefix(4)) ? out : nil
    }

    private static func append(_ value: UInt32, to out: inout [UInt8]) {
        for place in 0..<4 { out.append(UInt8(truncatingIfNeeded: value >> (8 * place))) }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
}
