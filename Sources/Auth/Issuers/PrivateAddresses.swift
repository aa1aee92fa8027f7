internal import Policy

/// Addresses that an answer from outside may not send us to.
package enum PrivateAddresses {
    private static let blocks = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
        "172.16.0.0/12", "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10",
    ].compactMap { try? CIDR(parsing: $0) }

    /// Whether a host is a literal of one, or this machine.
    package static func contain(_ host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        guard let address = IPAddress(parsing: host) else { return false }
        return blocks.contains { $0.contains(address) }
    }
}
