/// A block of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address (RFC 4632 section 3.1).
public struct CIDR: Hashable, Sendable {
    /// The block's first address.
    public let first: IPAddress
    /// How many of the 128 leading bits the block fixes; an IPv4 prefix counts from 96.
    public let prefixBits: Int

    private let highMask: UInt64
    private let lowMask: UInt64

    /// Reads a block.
    ///
    /// - Throws: `CIDRError` when the text is no block or sets bits behind the prefix.
    public init(parsing text: String) throws(CIDRError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let addressText = parts.first, let address = IPAddress(parsing: String(addressText))
        else { throw .malformed }
        let writtenAsV4 = !addressText.utf8.contains(UInt8(ascii: ":"))
        var bits = 128
        if parts.count == 2 {
            let maximum = writtenAsV4 ? 32 : 128
            guard let given = IPAddress.decimal(Array(parts[1].utf8)[...], maximum: maximum) else {
                throw .malformed
            }
            bits = writtenAsV4 ? given + 96 : given
        }
        let block = CIDR(containing: address, prefixBits: bits)
        guard block.first == address else {
            throw .bitsBehindPrefix(suggestion: block.description)
        }
        self = block
    }

    /// Whether an address lies in the block.
    public func contains(_ address: IPAddress) -> Bool {
        (address.high & highMask) == first.high && (address.low & lowMask) == first.low
    }

    private init(containing address: IPAddress, prefixBits: Int) {
        highMask = prefixBits >= 64 ? .max : ~(UInt64.max >> UInt64(prefixBits))
        lowMask = prefixBits >= 128 ? .max : ~(UInt64.max >> UInt64(max(prefixBits - 64, 0)))
        first = IPAddress(high: address.high & highMask, low: address.low & lowMask)
        self.prefixBits = prefixBits
    }
}

/// Why a text is no address block.
public enum CIDRError: Error, Equatable, Sendable {
    case malformed
    case bitsBehindPrefix(suggestion: String)
}

extension CIDR: CustomStringConvertible {
    /// The block in its usual notation.
    public var description: String {
        if first.isV4, prefixBits >= 96 { return "\(first)/\(prefixBits - 96)" }
        return "\(first)/\(prefixBits)"
    }
}

extension CIDRError: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .malformed: "that is no address block, as 10.0.0.0/8"
        case .bitsBehindPrefix(let suggestion):
            "the address has bits behind the prefix; the block is \(suggestion)"
        }
    }
}
