import Foundation
import Text

/// Where the gateway answers: scheme, host and port, and nothing else.
enum GatewayAddress {
    private static let scheme = "https://"

    /// Takes an address as people write it.
    ///
    /// - Throws: ``Failure`` with one line that says what to write instead.
    static func checked(_ text: String, from source: String) throws -> String {
        let lower = text.lowercased()
        if lower.hasPrefix("http://") {
            throw fault(source, text, "the gateway speaks TLS only", scheme + text.dropFirst(7))
        }
        guard lower.hasPrefix(scheme) else {
            guard !text.contains("://") else {
                throw fault(source, text, "no such scheme is spoken here", nil)
            }
            throw fault(source, text, "the scheme is missing", scheme + text)
        }
        var rest = text.dropFirst(scheme.count)
        while rest.last == "/" { rest = rest.dropLast() }
        let address = scheme + rest
        guard !rest.contains(where: { "/?#@".contains($0) }) else {
            let host = rest.drop { _ in rest.contains("@") }.prefix { !"/?#".contains($0) }
            throw fault(
                source, text, "it is more than a host and a port",
                host.isEmpty ? nil : scheme + host)
        }
        guard let parts = URLComponents(string: address), let host = parts.host, !host.isEmpty,
            parts.port.map({ (1...65_535).contains($0) }) ?? !rest.hasSuffix(":")
        else { throw fault(source, text, "that is no host and port", nil) }
        return address
    }

    private static func fault(
        _ source: String, _ text: String, _ reason: String, _ instead: String?
    ) -> Failure {
        let advice = instead.map { Quotation.cut($0) } ?? "https://HOST:PORT"
        return Failure(
            .usage, "maxine: \(source) is \(quote(text)): \(reason); write \(advice)")
    }
}
