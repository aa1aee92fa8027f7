internal import Glibc
internal import NIOSSL

/// Whether a certificate is for the name that somebody configured (RFC 6125 section 6, RFC 9525).
///
/// Beside the library's own check, which takes a certificate for a host's address in place of one for its name, and the common name where there
/// is nothing else: whoever lies about where a name leads could have a certificate for that address.
enum CertificateName {
    /// For an address, one that names it; for a name, one that has it as a DNS name.
    static func isFor(_ host: String, _ certificate: NIOSSLCertificate) -> Bool {
        let address = addressBytes(host)
        return certificate._subjectAlternativeNames().contains { name in
            switch name.nameType {
            case .ipAddress: address.map { $0.elementsEqual(name.contents) } ?? false
            case .dnsName: address == nil && matches(host, Array(name.contents))
            default: false
            }
        }
    }

    /// Letter for letter but for capitals; `*` stands for one whole label, the first, and never right below the top.
    static func matches(_ host: String, _ pattern: [UInt8]) -> Bool {
        guard let pattern = String(validating: pattern, as: UTF8.self)?.lowercased() else {
            return false
        }
        var host = host.lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        guard pattern.hasPrefix("*.") else { return !host.isEmpty && host == pattern }
        guard let dot = host.firstIndex(of: "."), dot > host.startIndex else { return false }
        let rest = host[dot...].dropFirst()
        return rest.contains(".") && rest == pattern.dropFirst(2)
    }

    private static func addressBytes(_ host: String) -> [UInt8]? {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, host, &bytes) == 1 { return bytes }
        }
        return nil
    }
}
