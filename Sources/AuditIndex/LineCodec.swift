internal import CZlib

/// Packs lines of the log one by one (raw DEFLATE, RFC 1951), with what most of them have in common given beforehand.
struct LineCodec: ~Copyable {
    private let packing: UnsafeMutablePointer<z_stream>
    private let unpacking: UnsafeMutablePointer<z_stream>

    /// Part of the file's format: a change of it is another version.
    private static let common = Array(
        (#"{"seq":,"time":"2026-11-29T14:","type":"outcome","request":"","detail":{"intent":}"#
            + #","roles":["admin","operator","viewer","auditor"]},"resource":{"namespace":"default","id":""#
            + #","gate":"transport","reason":"no rule allows it","detail":{"stream":{"end":""#
            + #","decision":"deny","gate":"rbac","#
            + #""type":"intent","action":"service.register","action":"service.deregister","#
            + #""action":"service.heartbeat","decision":"allow","status":204,"as":"#
            + #"{"seq":1,"time":"2026-11-29T14:20:45.000000000Z","type":"decision","request":""#
            + #"","principal":{"kind":"service","id":"spiffe://maxine.local/ns/default/service/"#
            + #"","auth":"certificate","roles":["service"]},"client":{"ip":"127.0.0.1","port":"#
            + #","tls":"1.3","cert":"","resumed":false,"agent":"curl/7.88.1"},"#
            + #""action":"service.discover","resource":{"service":"","namespace":"default"},"#
            + #""decision":"allow","gate":"acl","rule":"","policy":"sha256:","status":200}"#).utf8)

    init() throws(IndexError) {
        packing = .allocate(capacity: 1)
        packing.initialize(to: z_stream())
        unpacking = .allocate(capacity: 1)
        unpacking.initialize(to: z_stream())
        let size = Int32(MemoryLayout<z_stream>.size)
        // No head or tail of a format: 15 bits of window, negative.
        let isReady =
            deflateInit2_(
                packing, 6, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK
            && inflateInit2_(unpacking, -15, ZLIB_VERSION, size) == Z_OK
        guard isReady else { throw .store("no memory to pack lines") }
    }

    deinit {
        deflateEnd(packing)
        inflateEnd(unpacking)
        packing.deallocate()
        unpacking.deallocate()
    }

    /// What a line packs to.
    borrowing func pack(_ line: [UInt8]) throws(IndexError) -> [UInt8] {
        guard deflateReset(packing) == Z_OK,
            deflateSetDictionary(packing, Self.common, UInt32(Self.common.count)) == Z_OK
        else { throw .store("a line can't be packed") }
        let bound = Int(deflateBound(packing, UInt(line.count)))
        let packed = Self.run(packing, line, upTo: bound) { deflate($0, Z_FINISH) }
        guard let packed else { throw .store("a line can't be packed") }
        return packed
    }

    /// The line again.
    borrowing func unpack(_ bytes: [UInt8]) throws(IndexError) -> [UInt8] {
        guard inflateReset(unpacking) == Z_OK,
            inflateSetDictionary(unpacking, Self.common, UInt32(Self.common.count)) == Z_OK
        else { throw .store("a line can't be unpacked") }
        var room = 4096
        while room <= 2 * IndexLimits.lineBytesMax {
            if let line = Self.run(unpacking, bytes, upTo: room, { inflate($0, Z_FINISH) }) {
                return line
            }
            room *= 8
            guard inflateReset(unpacking) == Z_OK,
                inflateSetDictionary(unpacking, Self.common, UInt32(Self.common.count)) == Z_OK
            else { break }
        }
        throw .store("a line can't be unpacked")
    }

    /// The whole output, nil where it does not fit or the bytes are none that the library takes.
    private static func run(
        _ stream: UnsafeMutablePointer<z_stream>, _ input: [UInt8], upTo room: Int,
        _ step: (UnsafeMutablePointer<z_stream>) -> Int32
    ) -> [UInt8]? {
        var isWhole = false
        let output = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
            input.withUnsafeBufferPointer { input in
                // The library only reads what it is given.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = buffer.baseAddress
                stream.pointee.avail_out = UInt32(room)
                isWhole = step(stream) == Z_STREAM_END && stream.pointee.avail_in == 0
            }
            count = room - Int(stream.pointee.avail_out)
        }
        return isWhole ? output : nil
    }
}
