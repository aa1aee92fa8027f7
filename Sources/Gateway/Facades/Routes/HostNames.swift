package import Policy
internal import Wire

/// The names under which a listener answers.
///
/// A page of another name that was made to point here could else read what a browser that stands inside may see (DNS rebinding),
/// and a name that nobody configured would come into what is made of it later, as redirects.
package struct HostNames: Sendable {
    private let names: [[UInt8]]
    private let addresses: [IPAddress]

    /// Takes DNS names, in any case, and addresses in text.
    package init(names: [String], addresses: [IPAddress]) {
        self.names = names.map { Array($0.lowercased().utf8) }
        self.addresses = addresses
    }

    /// Whether a request names one of them, whatever the port: what stands before us may have another.
    func holds(_ request: Request) -> Bool {
        request.withHeader(.host) { holds($0) } ?? false
    }

    /// The same of the bytes of a well-formed host.
    package func holds(_ host: UnsafeRawBufferPointer) -> Bool {
        if host.first == UInt8(ascii: "[") {
            let literal = host.dropFirst().prefix { $0 != UInt8(ascii: "]") }
            return isOurs(literal)
        }
        let name = host.prefix { $0 != UInt8(ascii: ":") }
        return names.contains { Self.isSame($0, name) } || isOurs(name)
    }

    private func isOurs(_ literal: Slice<UnsafeRawBufferPointer>) -> Bool {
        guard let address = IPAddress(parsing: String(decoding: literal, as: UTF8.self)) else {
            return false
        }
        return addresses.contains(address)
    }

    /// Whether a name, which is ASCII, is the same but for the case of its letters.
    private static func isSame(_ lower: [UInt8], _ name: Slice<UnsafeRawBufferPointer>) -> Bool {
        lower.count == name.count
            && zip(lower, name).allSatisfy {
                $0 == $1 || ($0 == $1 | 0x20 && (0x41...0x5A).contains($1))
            }
    }
}

extension Problem {
    /// RFC 9110 section 15.5.20.
    static let misdirected = Problem(
        status: 421, code: "misdirected", title: "misdirected request",
        detail: "this listener answers under the names of its certificate only; the host is none of"
            + " identity.dns_names and identity.ip_addresses")
}
