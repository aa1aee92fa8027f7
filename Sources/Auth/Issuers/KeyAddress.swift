/// An address that keys may be fetched from: `https`, or `http` on this machine where that is wanted.
public struct KeyAddress: Sendable, Equatable {
    /// The address, with scheme, host, port and path.
    public let text: String
    /// The host as it is written, an IPv6 address without its brackets.
    public let host: String
    /// Whether `http` on this machine is taken, here and for what this address leads to.
    public let allowsLoopbackHTTP: Bool

    /// Reads an address; nil for one that keys are not fetched from.
    ///
    /// Neither user names nor fragments have a place in it, and nothing but printable ASCII.
    public init?(_ text: String, allowsLoopbackHTTP: Bool) {
        let bytes = Array(text.utf8)
        let isSecure = text.hasPrefix("https://")
        guard bytes.count <= TokenLimits.addressBytesMax, isSecure || text.hasPrefix("http://"),
            bytes.allSatisfy({ (0x21...0x7E).contains($0) }),
            !bytes.contains(UInt8(ascii: "#")), !bytes.contains(UInt8(ascii: "\\"))
        else { return nil }
        let rest = bytes.dropFirst(isSecure ? 8 : 7)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        let authority = rest[..<(end ?? rest.endIndex)]
        guard let host = Self.host(of: authority) else { return nil }
        let isLoopback = ["127.0.0.1", "::1", "localhost"].contains(host)
        guard isSecure || (allowsLoopbackHTTP && isLoopback) else { return nil }
        self.text = text
        self.host = host
        self.allowsLoopbackHTTP = allowsLoopbackHTTP
    }

    /// Where the metadata of an issuer of this address stands.
    public var metadata: KeyAddress? {
        guard !text.utf8.contains(UInt8(ascii: "?")) else { return nil }
        let base = text.utf8.last == UInt8(ascii: "/") ? String(text.dropLast()) : text
        return KeyAddress(
            base + "/.well-known/openid-configuration", allowsLoopbackHTTP: allowsLoopbackHTTP)
    }

    /// An address that this one's answer names, under the same rules.
    public func following(_ text: String) -> KeyAddress? {
        KeyAddress(text, allowsLoopbackHTTP: allowsLoopbackHTTP)
    }

    /// The host of `HOST`, `HOST:PORT` or `[IPV6]:PORT`.
    private static func host(of authority: ArraySlice<UInt8>) -> String? {
        guard !authority.contains(UInt8(ascii: "@")) else { return nil }
        var host = authority
        var port = authority.suffix(0)
        if authority.first == UInt8(ascii: "["),
            let end = authority.firstIndex(of: UInt8(ascii: "]"))
        {
            host = authority[(authority.startIndex + 1)..<end]
            port = authority[(end + 1)...]
        } else if let colon = authority.firstIndex(of: UInt8(ascii: ":")) {
            host = authority[..<colon]
            port = authority[colon...]
        }
        if !port.isEmpty {
            let digits = port.dropFirst()
            guard port.first == UInt8(ascii: ":"), (1...5).contains(digits.count),
                digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(String(decoding: digits, as: UTF8.self)),
                (1...65_535).contains(number)
            else { return nil }
        }
        guard !host.isEmpty else { return nil }
        return String(decoding: host, as: UTF8.self).lowercased()
    }
}
