import Audit
import Support
import Testing

/// Bytes that are packed, or unpacked, whole.
enum GzipBytes {
    static func packed(_ bytes: [UInt8]) throws -> [UInt8] {
        let deflater = Deflater()
        var out: [UInt8] = []
        var rest = bytes[...]
        while true {
            let part = Array(rest.prefix(100_000))
            rest = rest.dropFirst(part.count)
            let isWhole = try part.withUnsafeBytes { block in
                try deflater.pack(block, isLast: part.isEmpty) { bytes throws(FileFault) in
                    out += Array(bytes)
                }
            }
            #expect(isWhole)
            if part.isEmpty { return out }
        }
    }

    /// All bytes of a source.
    static func unpacked(_ source: PackedBytes) throws -> [UInt8] {
        var out: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try read(source, at: Int64(out.count), into: &block)
            if count == 0 { return out }
            out += block[..<count]
        }
    }

    /// What can be unpacked, and whether that is all: byte by byte, so that none before the fault is missed.
    static func unpackable(_ bytes: [UInt8]) -> (bytes: [UInt8], isWhole: Bool) {
        let source = PackedBytes(HeldBytes(bytes: bytes), path: "it")
        var out: [UInt8] = []
        var block: [UInt8] = [0]
        while true {
            guard let count = try? read(source, at: Int64(out.count), into: &block) else {
                return (out, false)
            }
            if count == 0 { return (out, true) }
            out += block
        }
    }

    static func read(
        _ source: PackedBytes, at offset: Int64, into block: inout [UInt8]
    ) throws -> Int {
        try block.withUnsafeMutableBytes { try source.read(at: offset, into: $0) }
    }

    /// As many newlines in a block of fixed codes (RFC 1951 section 3.2.6) that does not end: 150 times as many as it has bytes.
    static func blankLines(atLeast count: Int64) -> [UInt8] {
        // The last block's head, a newline, and then the 258 bytes before again and again.
        var bits: [UInt8] = [1, 1, 0] + [0, 0, 1, 1, 1, 0, 1, 0]
        while bits.count < 8 * 15 { bits += [1, 1, 0, 0, 0, 1, 0, 1] + [0, 0, 0, 0, 0] }
        let bytes = stride(from: 0, to: 8 * 15, by: 8).map { start in
            (0..<8).reduce(UInt8(0)) { $0 | bits[start + $1] << UInt8($1) }
        }
        // Eight repeats take 13 bytes, wherever they begin.
        let rounds = Int(count / (8 * 258)) + 2
        let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3] + bytes[..<2]
        return head + Array(repeatElement(bytes[2...], count: rounds).joined())
    }
}
