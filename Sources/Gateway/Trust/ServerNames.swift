internal import Policy

/// The names that the gateway's own certificate is for.
struct ServerNames: Sendable {
    let dns: [String]
    /// Each of 4 or 16 bytes.
    let addresses: [[UInt8]]
    /// Under which a listener answers that asks for no client certificate.
    let hosts: HostNames

    init(_ configuration: GatewayConfiguration) {
        dns = configuration.identity.dnsNames
        let literals =
            ["127.0.0.1", "::1", configuration.listen.service.host]
            + [configuration.listen.people?.host, configuration.listen.federation?.host]
            .compactMap { $0 } + configuration.identity.ipAddresses
        // A listener on all addresses names none.
        let named = literals.filter { ServerNames.bytes(of: $0)?.contains { $0 != 0 } ?? false }
        hosts = HostNames(
            names: ["localhost"] + dns, addresses: named.compactMap { IPAddress(parsing: $0) })
        var seen: Set<[UInt8]> = []
        addresses = named.compactMap(ServerNames.bytes).filter { seen.insert($0).inserted }
    }

    private static func bytes(of host: String) -> [UInt8]? {
        guard let address = IPAddress(parsing: host) else { return nil }
        let words = address.isV4 ? [address.low << 32] : [address.high, address.low]
        let bytes = words.flatMap { word in
            withUnsafeBytes(of: word.bigEndian) { Array($0) }
        }
        return address.isV4 ? Array(bytes.prefix(4)) : bytes
    }
}
