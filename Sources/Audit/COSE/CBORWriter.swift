/// Writes CBOR in its one deterministic form (RFC 8949 section 4.2.1); map members are given in the order of their encoded keys.
struct CBORWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(integer value: Int64) {
        if value >= 0 { head(0, UInt64(value)) } else { head(1, UInt64(-1 - value)) }
    }

    mutating func put(unsigned value: UInt64) { head(0, value) }

    mutating func put(bytes value: [UInt8]) {
        head(2, UInt64(value.count))
        bytes += value
    }

    mutating func put(text value: String) {
        head(3, UInt64(value.utf8.count))
        bytes += value.utf8
    }

    /// As many items follow.
    mutating func put(array count: Int) { head(4, UInt64(count)) }

    /// As many pairs follow.
    mutating func put(map count: Int) { head(5, UInt64(count)) }

    mutating func put(tag number: UInt64) { head(6, number) }

    mutating func putNull() { bytes.append(0xF6) }

    private mutating func head(_ major: UInt8, _ value: UInt64) {
        let first = major << 5
        if value < 24 { return bytes.append(first | UInt8(value)) }
        let width = value <= 0xFF ? 1 : value <= 0xFFFF ? 2 : value <= 0xFFFF_FFFF ? 4 : 8
        append(first | 24 + UInt8(width.trailingZeroBitCount), value, width)
    }

    private mutating func append(_ first: UInt8, _ value: UInt64, _ count: Int) {
        bytes.append(first)
        for place in (0..<count).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: value >> UInt64(place * 8)))
        }
    }
}
