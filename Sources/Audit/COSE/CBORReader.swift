/// Reads the deterministic form of CBOR, item by item, and nothing else: definite lengths, each number in as few bytes as it takes.
struct CBORReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func takeUnsigned() -> UInt64? { head(0) }

    mutating func takeInteger() -> Int64? {
        if let value = head(0) { return Int64(exactly: value) }
        return head(1).flatMap { Int64(exactly: $0) }.map { -1 - $0 }
    }

    mutating func takeBytes() -> [UInt8]? {
        guard let count = head(2).flatMap({ Int(exactly: $0) }), count <= rest.count else {
            return nil
        }
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    mutating func takeText() -> String? {
        guard let count = head(3).flatMap({ Int(exactly: $0) }), count <= rest.count else {
            return nil
        }
        defer { rest = rest.dropFirst(count) }
        return String(validating: rest.prefix(count), as: UTF8.self)
    }

    /// How many items follow, at most so many.
    mutating func takeArray(max: Int) -> Int? { count(head(4), max) }

    /// How many pairs follow, at most so many.
    mutating func takeMap(max: Int) -> Int? { count(head(5), max) }

    mutating func takeTag() -> UInt64? { head(6) }

    mutating func takeNull() -> Void? {
        guard rest.first == 0xF6 else { return nil }
        rest = rest.dropFirst()
        return ()
    }

    private func count(_ value: UInt64?, _ most: Int) -> Int? {
        guard let count = value.flatMap({ Int(exactly: $0) }), count <= most else { return nil }
        return count
    }

    private mutating func head(_ major: UInt8) -> UInt64? {
        guard let first = rest.first, first >> 5 == major else { return nil }
        let short = first & 31
        if short < 24 {
            rest = rest.dropFirst()
            return UInt64(short)
        }
        guard short <= 27 else { return nil }
        let count = 1 << Int(short - 24)
        guard rest.count > count else { return nil }
        let value = rest.dropFirst().prefix(count).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        let least: UInt64 = count == 1 ? 24 : 1 << UInt64(count * 4)
        guard value >= least else { return nil }
        rest = rest.dropFirst(1 + count)
        return value
    }
}
