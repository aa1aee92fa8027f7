import NIOCore

/// Writes answers as HTTP/1.1 (RFC 9112 section 4).
enum HTTP1Encoder {
    /// Bytes of a head without its further fields, at most.
    private static let headBytesMax = 448

    /// Appends an answer's head and, unless the request was HEAD or the body comes in chunks, its body.
    @inline(__always)
    static func write(
        _ response: borrowing Response, isHead: Bool, closes: Bool, isStreamed: Bool = false,
        date: HTTPDate, to out: inout ByteBuffer
    ) {
        date.refresh()
        let count = response.body.count
        var extra = 0
        for field in response.fields {
            extra += field.name.utf8CodeUnitCount + field.value.readableBytes + 4
        }
        let sendsBody = response.mayHaveBody && !isHead && !isStreamed
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: headBytesMax + extra) { bytes in
            var pen = Pen(bytes)
            pen.statusLine(response.status)
            pen.text("date: ")
            pen.bytes(date.text)
            if response.mayHaveBody {
                if count > 0 || isStreamed, let type = response.contentType {
                    pen.text("\r\ncontent-type: ")
                    pen.text(type)
                }
                if isStreamed {
                    pen.text("\r\ntransfer-encoding: chunked")
                } else {
                    pen.text("\r\ncontent-length: ")
                    pen.decimal(count)
                }
            }
            if !response.requestID.isEmpty {
                pen.text("\r\nx-request-id: ")
                response.requestID.withBytes { pen.bytes($0) }
            }
            if !response.audit.isEmpty {
                pen.text("\r\nmaxine-audit: ")
                response.audit.withBytes { pen.bytes($0) }
            }
            for field in response.fields where field.isSafe {
                pen.text("\r\n")
                pen.text(field.name)
                pen.text(": ")
                field.value.withUnsafeReadableBytes { pen.bytes($0) }
            }
            pen.text(closes ? "\r\nconnection: close\r\n\r\n" : "\r\n\r\n")
            return pen.count
        }
        if sendsBody { out.writeBytes(response.body) }
    }

    /// Appends one chunk of a streamed body (RFC 9112 section 7.1).
    static func writeChunk(_ bytes: ByteBuffer, to out: inout ByteBuffer) {
        out.writeString(String(bytes.readableBytes, radix: 16))
        out.writeStaticString("\r\n")
        out.writeImmutableBuffer(bytes)
        out.writeStaticString("\r\n")
    }

    /// Appends the end of a streamed body.
    static func writeLastChunk(to out: inout ByteBuffer) {
        out.writeStaticString("0\r\n\r\n")
    }

    /// The interim answer to `expect: 100-continue`.
    static func writeContinue(to out: inout ByteBuffer) {
        out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
    }
}

/// Writes into memory whose size was computed before; what would not fit is left out.
struct Pen {
    private let target: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ target: UnsafeMutableRawBufferPointer) {
        self.target = target
    }

    @inline(__always)
    mutating func bytes(_ source: UnsafeRawBufferPointer) {
        guard source.count <= target.count &- count, let from = source.baseAddress,
            let base = target.baseAddress
        else { return }
        (base + count).copyMemory(from: from, byteCount: source.count)
        count &+= source.count
    }

    @inline(__always)
    mutating func text(_ text: StaticString) {
        bytes(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    @inline(__always)
    mutating func byte(_ byte: UInt8) {
        guard count < target.count else { return }
        target[count] = byte
        count &+= 1
    }

    @inline(__always)
    mutating func decimal(_ value: Int) {
        var divisor = 1
        while value / divisor >= 10 { divisor &*= 10 }
        while divisor > 0 {
            byte(0x30 &+ UInt8(truncatingIfNeeded: value / divisor % 10))
            divisor /= 10
        }
    }

    @inline(__always)
    mutating func statusLine(_ status: UInt16) {
        if status == 200 {
            text("HTTP/1.1 200 OK\r\n")
            return
        }
        text("HTTP/1.1 ")
        decimal(Int(min(max(status, 100), 999)))
        byte(Bytes.space)
        text(StatusLine.phrase(status))
        text("\r\n")
    }
}
