/// One bit a rule entry, all in words of 64.
typealias EntryBits = ContiguousArray<UInt64>

extension EntryBits {
    /// No entry of so many.
    static func none(of count: Int) -> EntryBits {
        EntryBits(repeating: 0, count: (count + 63) / 64)
    }

    /// The first set bit in a range.
    @inline(__always)
    func next(from start: Int, to end: Int) -> Int? {
        var index = start
        while index < end {
            let word = self[index >> 6] >> UInt64(index & 63)
            if word != 0 {
                index += word.trailingZeroBitCount
                return index < end ? index : nil
            }
            index = (index | 63) + 1
        }
        return nil
    }
}

/// Some rule entries, kept as the words that are not zero.
struct SparseBits: Sendable {
    private var words = ContiguousArray<UInt32>()
    private var masks = ContiguousArray<UInt64>()

    /// Adds an entry; entries come in rising order.
    mutating func insert(_ entry: Int) {
        let word = UInt32(truncatingIfNeeded: entry >> 6)
        let mask: UInt64 = 1 << UInt64(entry & 63)
        if words.last == word {
            masks[masks.count - 1] |= mask
        } else {
            words.append(word)
            masks.append(mask)
        }
    }

    func add(to bits: inout EntryBits) {
        for index in words.indices { bits[Int(words[index])] |= masks[index] }
    }
}
