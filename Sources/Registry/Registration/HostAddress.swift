import Glibc

/// The form of an instance's address: an IP literal or a DNS name that a client can connect to.
enum HostAddress {
    /// Says what is wrong with an address, or gives nil where it is good.
    static func fault(in text: String) -> String? {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return "must not be empty" }
        guard bytes.count <= RegistryLimits.hostBytesMax else {
            return "is longer than \(RegistryLimits.hostBytesMax) bytes"
        }
        if bytes.contains(UInt8(ascii: ":")) { return sixFault(in: text) }
        var labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let isRooted = labels.count > 1 && labels[labels.count - 1].isEmpty
        if isRooted { labels.removeLast() }
        if let last = labels.last, !last.isEmpty, last.allSatisfy(isDigit) {
            return isRooted ? "is neither an IP address nor a DNS name" : fourFault(in: labels)
        }
        return labels.allSatisfy(isLabel) ? nil : "is neither an IP address nor a DNS name"
    }

    /// RFC 6943 section 3.1.1: strict form only, four decimal numbers, no leading zeros.
    private static func fourFault(in labels: [ArraySlice<UInt8>]) -> String? {
        let octets = labels.compactMap { label -> UInt8? in
            guard label.count == 1 || label.first != UInt8(ascii: "0") else { return nil }
            guard label.allSatisfy(isDigit) else { return nil }
            return UInt8(String(decoding: label, as: UTF8.self))
        }
        guard labels.count == 4, octets.count == 4 else { return "is not a valid IPv4 address" }
        if octets[0] == 0 { return "is an unspecified address" }
        return octets[0] >= 224 ? "is a multicast or reserved address" : nil
    }

    /// RFC 4291 section 2.2, without zone identifiers.
    private static func sixFault(in text: String) -> String? {
        var address = in6_addr()
        guard !text.utf8.contains(0), inet_pton(AF_INET6, text, &address) == 1 else {
            return "is not a valid IPv6 address"
        }
        let bytes = withUnsafeBytes(of: address) { Array($0) }
        if bytes.allSatisfy({ $0 == 0 }) { return "is an unspecified address" }
        return bytes.first == 0xFF ? "is a multicast address" : nil
    }

    /// RFC 1123 section 2.1: letters, digits, hyphens inside; and `_`, which names of containers hold.
    private static func isLabel(_ label: ArraySlice<UInt8>) -> Bool {
        guard let first = label.first, let last = label.last else { return false }
        guard label.count <= RegistryLimits.hostLabelBytesMax else { return false }
        guard first != UInt8(ascii: "-"), last != UInt8(ascii: "-") else { return false }
        return label.allSatisfy { byte in
            isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
                || (byte | 0x20 >= UInt8(ascii: "a") && byte | 0x20 <= UInt8(ascii: "z"))
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}
