/// Finds the patterns that match a name, of services, namespaces or path segments.
///
/// Exact names and prefixes are kept in two open-addressing tables. One pass over the name computes its hash, and on
/// the way the hash of each of its prefixes; the prefix table is probed only at lengths that occur in the policy.
struct PatternTable: Sendable {
    private var exact = NameTable()
    private var prefixes = NameTable()
    /// Which prefix lengths occur, up to the longest; index 0 is the pattern `*`.
    private var prefixLengths = ContiguousArray<Bool>()

    /// Makes a table of distinct patterns, which are known by their place in the list.
    init(_ patterns: [NamePattern]) {
        var exactKeys: [(bytes: [UInt8], number: UInt32)] = []
        var prefixKeys: [(bytes: [UInt8], number: UInt32)] = []
        let longest = patterns.lazy.filter(\.isPrefix).map(\.bytes.count).max()
        prefixLengths = ContiguousArray(repeating: false, count: longest.map { $0 + 1 } ?? 0)
        for (number, pattern) in patterns.enumerated() {
            if pattern.isPrefix {
                prefixKeys.append((pattern.bytes, UInt32(number)))
                prefixLengths[pattern.bytes.count] = true
            } else {
                exactKeys.append((pattern.bytes, UInt32(number)))
            }
        }
        exact = NameTable(exactKeys)
        prefixes = NameTable(prefixKeys)
    }

    /// Calls `body` with the number of each pattern that matches the name, the exact one first.
    @inline(__always)
    func forEachMatch(_ name: String, _ body: (Int) -> Void) {
        let done: Void? = name.utf8.withContiguousStorageIfAvailable { find($0, body) }
        if done == nil { Array(name.utf8).withUnsafeBufferPointer { find($0, body) } }
    }

    @inline(__always)
    private func find(_ name: UnsafeBufferPointer<UInt8>, _ body: (Int) -> Void) {
        var hash = NameHash()
        for byte in name { hash.add(byte) }
        if let number = exact.find(name, count: name.count, hash.value) { body(number) }
        var running = NameHash()
        for length in 0..<min(name.count + 1, prefixLengths.count) {
            if length > 0 { running.add(name[length - 1]) }
            guard prefixLengths[length] else { continue }
            if let number = prefixes.find(name, count: length, running.value) { body(number) }
        }
    }
}

/// FNV-1a with a final mix.
///
/// The keys come from the policy's author, so nobody can aim at collisions.
private struct NameHash {
    private var state: UInt64 = 0xCBF2_9CE4_8422_2325

    @inline(__always)
    mutating func add(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x100_0000_01B3
    }

    var value: UInt64 { state ^ (state >> 32) }
}

/// An open-addressing table from names to pattern numbers.
private struct NameTable: Sendable {
    private struct Slot: Sendable {
        var hash: UInt64 = 0
        var offset: UInt32 = 0
        /// The name's length and 1, so that 0 marks an empty slot.
        var countAndOne: UInt32 = 0
        var number: UInt32 = 0
    }

    private var slots = ContiguousArray<Slot>()
    private var bytes = ContiguousArray<UInt8>()

    init() {}

    init(_ keys: [(bytes: [UInt8], number: UInt32)]) {
        guard !keys.isEmpty else { return }
        var capacity = 4
        while capacity < keys.count * 2 { capacity *= 2 }
        slots = ContiguousArray(repeating: Slot(), count: capacity)
        for key in keys {
            var hash = NameHash()
            for byte in key.bytes { hash.add(byte) }
            var index = Int(truncatingIfNeeded: hash.value) & (capacity - 1)
            while slots[index].countAndOne != 0 { index = (index + 1) & (capacity - 1) }
            slots[index] = Slot(
                hash: hash.value, offset: UInt32(bytes.count),
                countAndOne: UInt32(key.bytes.count + 1), number: key.number)
            bytes.append(contentsOf: key.bytes)
        }
    }

    @inline(__always)
    func find(_ name: UnsafeBufferPointer<UInt8>, count: Int, _ hash: UInt64) -> Int? {
        guard !slots.isEmpty else { return nil }
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[index]
            if slot.countAndOne == 0 { return nil }
            if slot.hash == hash, Int(slot.countAndOne) == count + 1,
                isEqual(name, count: count, at: Int(slot.offset))
            {
                return Int(slot.number)
            }
            index = (index + 1) & mask
        }
    }

    @inline(__always)
    private func isEqual(_ name: UnsafeBufferPointer<UInt8>, count: Int, at offset: Int) -> Bool {
        for index in 0..<count where bytes[offset + index] != name[index] { return false }
        return true
    }
}
