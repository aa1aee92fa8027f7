/// What symbols stand for, each a base and some bits more (RFC 1951 section 3.2.5).
struct Steps {
    let bases: [Int]
    let extra: [Int]

    func value(_ symbol: Int, _ bits: inout BitReader) throws(SAMLRefusal) -> Int {
        guard bases.indices.contains(symbol) else { throw .deflate }
        return bases[symbol] + (try bits.take(extra[symbol]))
    }
}

/// Bits in the order in which DEFLATE packs them (RFC 1951 section 3.1.1).
struct BitReader {
    private let bytes: [UInt8]
    private var place = 0
    private var held: UInt32 = 0
    private var heldCount = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Whether nothing is left but the rest of the last byte.
    var isAtEnd: Bool { place == bytes.count && heldCount < 8 }

    /// Up to 16 bits, the first the lowest.
    mutating func take(_ count: Int) throws(SAMLRefusal) -> Int {
        while heldCount < count {
            guard place < bytes.count else { throw .deflate }
            held |= UInt32(bytes[place]) << UInt32(heldCount)
            place += 1
            heldCount += 8
        }
        let value = held & ((1 << UInt32(count)) - 1)
        held >>= UInt32(count)
        heldCount -= count
        return Int(value)
    }

    /// Goes on at the next whole byte.
    mutating func align() {
        held >>= UInt32(heldCount % 8)
        heldCount -= heldCount % 8
    }
}

/// A prefix code by the lengths of its symbols' words (RFC 1951 section 3.2.2).
struct PrefixCode: Sendable {
    /// How many words there are of each length.
    private let counts: [Int]
    /// The symbols in the order of their words.
    private let symbols: [Int]

    /// Takes lengths that are known to be sound.
    init(sound lengths: [UInt8]) {
        var counts = [Int](repeating: 0, count: 16)
        for length in lengths { counts[Int(length & 15)] += 1 }
        self.counts = counts
        symbols = (1...15).flatMap { wanted in
            lengths.indices.filter { lengths[$0] == wanted }
        }
    }

    /// Takes lengths from outside: together they must use all words, or be one word of one bit, or none.
    init(_ lengths: [UInt8], mayBeSingle: Bool) throws(SAMLRefusal) {
        self.init(sound: lengths)
        var left = 1
        for length in 1...15 {
            left = left * 2 - counts[length]
            guard left >= 0 else { throw .deflate }
        }
        guard left == 0 || mayBeSingle && counts[0] + counts[1] == lengths.count,
            left == 0 || counts[1] <= 1
        else { throw .deflate }
    }

    func symbol(_ bits: inout BitReader) throws(SAMLRefusal) -> Int {
        var (code, first, index) = (0, 0, 0)
        for length in 1...15 {
            code |= try bits.take(1)
            if code - first < counts[length] { return symbols[index + code - first] }
            index += counts[length]
            first = (first + counts[length]) << 1
            code <<= 1
        }
        throw .deflate
    }
}
