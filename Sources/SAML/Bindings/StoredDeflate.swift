/// DEFLATE without compression (RFC 1951 section 3.2.4): a request is short, and every reader takes it.
enum StoredDeflate {
    static func bytes(_ plain: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        var rest = plain[...]
        repeat {
            let block = rest.prefix(65_535)
            rest = rest.dropFirst(block.count)
            let count = UInt16(block.count)
            out.append(rest.isEmpty ? 1 : 0)
            for value in [count, ~count] {
                out += [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
            }
            out += block
        } while !rest.isEmpty
        return out
    }
}
