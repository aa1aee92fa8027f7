internal import Policy

/// Where clients come from, as far as they are told apart: one IPv4 address, or a network of 64 bits of IPv6.
///
/// Whoever has one IPv6 address usually has all of such a network, so anything counted for an address would count nothing.
struct ClientSource: Hashable, Sendable {
    private let address: IPAddress

    init(_ address: IPAddress) {
        self.address = address.network
    }

    /// The source of an address in text; nil if it is none.
    init?(_ address: String?) {
        guard let address, let parsed = IPAddress(parsing: address) else { return nil }
        self.init(parsed)
    }
}

extension ClientSource: CustomStringConvertible {
    var description: String { address.isV4 ? "\(address)" : "\(address)/64" }
}
