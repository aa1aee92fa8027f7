import NIOCore

/// Where connections come from, as far as they are told apart: one IPv4 address, or a network of 64 bits of IPv6.
struct PeerSource: Hashable, Sendable {
    private let bits: UInt64
    private let isV4: Bool

    /// The source of an address; all that have none are one.
    init(_ address: SocketAddress?) {
        let (bits, isV4) = Self.read(address)
        self.bits = bits
        self.isV4 = isV4
    }

    /// The address lies behind family and port, in `sockaddr_in6` behind the flow label, too.
    private static func read(_ address: SocketAddress?) -> (UInt64, isV4: Bool) {
        guard let address else { return (0, false) }
        return address.withSockAddr { pointer, size in
            let bytes = UnsafeRawBufferPointer(start: pointer, count: size)
            switch address {
            case .v4 where size >= 8:
                return (UInt64(bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self)), true)
            case .v6 where size >= 24:
                let high = bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
                let mark = bytes.loadUnaligned(fromByteOffset: 16, as: UInt32.self)
                // RFC 4291 section 2.5.5.2: IPv4 that comes through a socket of both.
                guard high == 0, UInt32(bigEndian: mark) == 0xFFFF else { return (high, false) }
                return (UInt64(bytes.loadUnaligned(fromByteOffset: 20, as: UInt32.self)), true)
            case .v4, .v6, .unixDomainSocket: return (0, false)
            }
        }
    }
}
