internal import XML

/// Undoes DEFLATE (RFC 1951) up to a bound: what is shorter on the way may be longer than anybody wants to hold.
struct Inflater {
    private var bits: BitReader
    private var output: [UInt8] = []
    private let bytesMax: Int

    private init(_ input: [UInt8], bytesMax: Int) {
        bits = BitReader(input)
        self.bytesMax = bytesMax
    }

    /// The whole text; nothing may follow it.
    ///
    /// - Throws: ``SAMLRefusal/deflate``, or ``SAMLRefusal/document(_:)`` where it is longer than the bound.
    static func bytes(_ input: [UInt8], bytesMax: Int) throws(SAMLRefusal) -> [UInt8] {
        var inflater = Inflater(input, bytesMax: bytesMax)
        var isLast = false
        while !isLast {
            isLast = try inflater.bits.take(1) == 1
            try inflater.readBlock(try inflater.bits.take(2))
        }
        guard inflater.bits.isAtEnd else { throw .deflate }
        return inflater.output
    }

    private mutating func readBlock(_ kind: Int) throws(SAMLRefusal) {
        if kind == 0 {
            try stored()
        } else if kind == 1 {
            try compressed(Self.fixed.literals, Self.fixed.distances)
        } else if kind == 2 {
            let (literals, distances) = try codes()
            try compressed(literals, distances)
        } else {
            throw .deflate
        }
    }

    /// Section 3.2.4.
    private mutating func stored() throws(SAMLRefusal) {
        bits.align()
        let count = try bits.take(16)
        guard try bits.take(16) == count ^ 0xFFFF else { throw .deflate }
        for _ in 0..<count { try put(UInt8(truncatingIfNeeded: try bits.take(8))) }
    }

    /// Section 3.2.3: literals, and distances to what stands already there.
    private mutating func compressed(
        _ literals: PrefixCode, _ distances: PrefixCode
    ) throws(SAMLRefusal) {
        while true {
            let symbol = try literals.symbol(&bits)
            if symbol < 256 {
                try put(UInt8(truncatingIfNeeded: symbol))
            } else if symbol == 256 {
                return
            } else {
                let length = try Self.lengths.value(symbol - 257, &bits)
                let distance = try Self.distances.value(try distances.symbol(&bits), &bits)
                guard distance <= output.count else { throw .deflate }
                for _ in 0..<length { try put(output[output.count - distance]) }
            }
        }
    }

    private mutating func put(_ byte: UInt8) throws(SAMLRefusal) {
        guard output.count < bytesMax else {
            throw .document(.tooLarge("the message is longer than \(bytesMax) bytes"))
        }
        output.append(byte)
    }

    /// Section 3.2.7.
    private mutating func codes() throws(SAMLRefusal) -> (PrefixCode, PrefixCode) {
        let literalCount = try bits.take(5) + 257
        let distanceCount = try bits.take(5) + 1
        let orderCount = try bits.take(4) + 4
        guard literalCount <= 286, distanceCount <= 30 else { throw .deflate }
        var order = [UInt8](repeating: 0, count: 19)
        for place in Self.order.prefix(orderCount) {
            order[place] = UInt8(truncatingIfNeeded: try bits.take(3))
        }
        let meta = try PrefixCode(order, mayBeSingle: false)
        var lengths: [UInt8] = []
        while lengths.count < literalCount + distanceCount {
            let symbol = try meta.symbol(&bits)
            if symbol < 16 {
                lengths.append(UInt8(truncatingIfNeeded: symbol))
            } else if symbol == 16 {
                guard let last = lengths.last else { throw .deflate }
                lengths += [UInt8](repeating: last, count: try bits.take(2) + 3)
            } else {
                let count = symbol == 17 ? try bits.take(3) + 3 : try bits.take(7) + 11
                lengths += [UInt8](repeating: 0, count: count)
            }
        }
        // Without a code for the end of the block there would be none.
        guard lengths.count == literalCount + distanceCount, lengths[256] != 0 else {
            throw .deflate
        }
        return (
            try PrefixCode(Array(lengths.prefix(literalCount)), mayBeSingle: true),
            try PrefixCode(Array(lengths.dropFirst(literalCount)), mayBeSingle: true)
        )
    }

    private static let order = [
        16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
    ]
    private static let fixed = (
        literals: PrefixCode(
            sound: [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112)
                + [UInt8](repeating: 7, count: 24) + [UInt8](repeating: 8, count: 8)),
        distances: PrefixCode(sound: [UInt8](repeating: 5, count: 30))
    )
    private static let lengths = Steps(
        bases: [
            3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99,
            115, 131, 163, 195, 227, 258,
        ],
        extra: [
            0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
        ])
    private static let distances = Steps(
        bases: [
            1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025,
            1537, 2049, 3073, 4097, 6145, 8193, 12_289, 16_385, 24_577,
        ],
        extra: [
            0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12,
            12, 13, 13,
        ])
}
