/// Frames of HTTP/2 byte by byte, right and wrong ones (RFC 9113 section 4).
package enum HTTP2Frames {
    package static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4)

    package static func frame(
        _ type: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []
    )
        -> [UInt8]
    {
        let size = number(UInt32(payload.count)).dropFirst()
        let head: [UInt8] = Array(size) + [type, flags]
        return head + number(stream) + payload
    }

    package static func number(_ value: UInt32) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// Literal fields without indexing and without Huffman codes (RFC 7541 section 6.2.2).
    package static func fields(_ fields: [(String, String)]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, value) in fields {
            bytes.append(0)
            bytes += length(name.utf8.count) + Array(name.utf8)
            bytes += length(value.utf8.count) + Array(value.utf8)
        }
        return bytes
    }

    /// A GET of the status page with other fields behind it or in place of its own.
    package static func request(
        _ path: String = "/api/maxine/status", method: String = "GET",
        more: [(String, String)] = [],
        without: String = "", stream: UInt32 = 1, ends: Bool = true
    ) -> [UInt8] {
        let own = [
            (":method", method), (":scheme", "https"), (":path", path), (":authority", "localhost"),
        ].filter { $0.0 != without }
        return frame(1, flags: ends ? 5 : 4, stream: stream, fields(own + more))
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count >= 127 else { return [UInt8(count)] }
        var rest = count - 127
        var bytes: [UInt8] = [127]
        while rest >= 128 {
            bytes.append(UInt8(rest & 127 | 128))
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    /// What a peer sent: type, stream and payload of each whole frame.
    package static func parse(_ bytes: [UInt8]) -> [(type: UInt8, stream: UInt32, payload: [UInt8])]
    {
        var frames: [(type: UInt8, stream: UInt32, payload: [UInt8])] = []
        var rest = bytes[...]
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
            guard rest.count >= 9 + length else { break }
            let stream = head[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            frames.append((head[3], stream, Array(rest.dropFirst(9).prefix(length))))
            rest = rest.dropFirst(9 + length)
        }
        return frames
    }
}
