/// An IPv4 or IPv6 address.
///
/// IPv4 addresses are held in their IPv4-mapped form (RFC 4291 section 2.5.5.2), so that a client that comes
/// through a dual-stack socket compares equal to the same client on an IPv4 socket.
public struct IPAddress: Hashable, Sendable {
    /// The 128 bits, most significant first.
    public let high: UInt64
    /// The lower 64 of the 128 bits.
    public let low: UInt64

    /// Makes an address from its 128 bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an IPv4 address from its 32 bits.
    public init(v4 bits: UInt32) {
        self.init(high: 0, low: 0xFFFF_0000_0000 | UInt64(bits))
    }

    /// Makes an address from 4 or 16 bytes in network order; nil for any other count.
    public init?(networkBytes bytes: [UInt8]) {
        switch bytes.count {
        case 4:
            self.init(v4: bytes.reduce(0) { $0 << 8 | UInt32($1) })
        case 16:
            self.init(
                high: bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) },
                low: bytes.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
        default:
            return nil
        }
    }

    /// Whether the address is an IPv4 address, also when it was written as an IPv4-mapped one.
    public var isV4: Bool { high == 0 && low >> 32 == 0xFFFF }

    /// The address where it is of IPv4, else its network of 64 bits: whoever has one such address usually has all of the network.
    public var network: IPAddress { isV4 ? self : IPAddress(high: high, low: 0) }
}

extension IPAddress: CustomStringConvertible {
    /// The address as text (RFC 5952 for IPv6).
    public var description: String {
        if isV4 {
            return (0..<4).map { String((low >> (24 - 8 * UInt64($0))) & 0xFF) }
                .joined(separator: ".")
        }
        let groups = (0..<8).map { index in
            let word = index < 4 ? high : low
            return UInt16(truncatingIfNeeded: word >> (48 - 16 * UInt64(index % 4)))
        }
        guard let gap = Self.longestZeroRun(groups) else {
            return groups.map { String($0, radix: 16) }.joined(separator: ":")
        }
        let before = groups[..<gap.lowerBound].map { String($0, radix: 16) }
        let after = groups[gap.upperBound...].map { String($0, radix: 16) }
        return before.joined(separator: ":") + "::" + after.joined(separator: ":")
    }

    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int>? {
        var best = 0..<0
        var start = 0
        for index in 0...groups.count {
            if index < groups.count, groups[index] == 0 { continue }
            if index - start > best.count { best = start..<index }
            start = index + 1
        }
        return best.count >= 2 ? best : nil
    }
}
