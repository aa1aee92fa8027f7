package import Policy

/// The proxies that are believed about whom they forward requests for.
///
/// Believed is one header, read from right to left: each proxy adds on the right whom it got the request from, and whatever stands
/// left of the first address that is no proxy's could be the client's own invention.
package struct TrustedProxies: Sendable {
    /// The one header that is believed; whatever others a proxy passes on come from the client.
    package static let header: StaticString = "x-forwarded-for"

    private let networks: [CIDR]

    /// Takes addresses and networks; what is neither was refused with the configuration.
    package init(_ networks: [String]) {
        self.networks = networks.compactMap { try? CIDR(parsing: $0) }
    }

    /// Whether an address is a proxy's.
    package func holds(_ address: IPAddress) -> Bool {
        networks.contains { $0.contains(address) }
    }

    /// Whom a proxy forwards a request for.
    ///
    /// - Parameters:
    ///   - proxy: The proxy that the connection is of.
    ///   - fields: The header's fields, in their order.
    /// - Returns: The first address from the right that is no proxy's; the last proxy's own where there is none, or what comes
    ///   next is no address.
    package func client(behind proxy: IPAddress, _ fields: [String]) -> IPAddress {
        var last = proxy
        let hops = fields.joined(separator: ",").utf8.split(
            separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        for hop in hops.reversed().prefix(RouteLimits.forwardedHopsMax) {
            guard let address = Self.address(Substring(hop)) else { return last }
            last = address
            guard holds(address) else { return address }
        }
        return last
    }

    /// An address as proxies write it: alone, in brackets, or with the port behind it.
    private static func address(_ text: Substring) -> IPAddress? {
        let bare = text.drop { $0 == " " || $0 == "\t" }
        let end = bare.lastIndex { $0 != " " && $0 != "\t" }
        guard let end else { return nil }
        let hop = bare[...end]
        if hop.first == "[" {
            guard let close = hop.firstIndex(of: "]"), isPort(hop[hop.index(after: close)...])
            else { return nil }
            return IPAddress(parsing: String(hop[hop.index(after: hop.startIndex)..<close]))
        }
        if let colon = hop.firstIndex(of: ":"), hop.lastIndex(of: ":") == colon,
            isPort(hop[colon...])
        {
            return IPAddress(parsing: String(hop[..<colon]))
        }
        return IPAddress(parsing: String(hop))
    }

    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty
            || (text.first == ":" && (2...6).contains(text.utf8.count)
                && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) })
    }
}
