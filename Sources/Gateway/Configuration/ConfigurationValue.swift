internal import Policy

/// A value as it stands in the file or the environment, read in the form that its key asks for.
struct ConfigurationValue: Sendable {
    let text: String?
    let list: [String]?

    /// A value of the file: a scalar, or a list of scalars.
    init(_ node: DocumentNode) {
        switch node.content {
        case .scalar(let scalar):
            text = scalar.text
            list = nil
        case .list(let items):
            let texts = items.map { ConfigurationValue($0).text }
            text = nil
            list = texts.contains(nil) ? nil : texts.compactMap { $0 }
        case .mapping:
            text = nil
            list = nil
        }
    }

    /// A value of the environment; lists are separated by commas.
    init(variable: String) {
        text = variable
        list = variable.isEmpty ? [] : variable.split(separator: ",").map(String.init)
    }

    /// A whole number in decimal digits.
    var number: Int? { text.flatMap(ConfigurationValue.digits) }

    /// A number with a unit of bytes: none, KiB, MiB or GiB.
    var bytes: Int? {
        scaled(by: [("KiB", 1 << 10), ("MiB", 1 << 20), ("GiB", 1 << 30), ("", 1)])
    }

    /// A number with a unit of time: s, m, h or d.
    var seconds: Int? {
        scaled(by: [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400)])
    }

    /// A duration as it is written here, in the largest unit that it is whole in.
    static func duration(_ seconds: Int) -> String {
        for (unit, size) in [("d", 86_400), ("h", 3600), ("m", 60)]
        where seconds > 0 && seconds.isMultiple(of: size) {
            return "\(seconds / size)\(unit)"
        }
        return "\(seconds)s"
    }

    /// An IP literal and a port: `127.0.0.1:8443` or `[::1]:8443`.
    var address: ListenAddress? {
        guard let text, let colon = text.lastIndex(of: ":") else { return nil }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        guard ConfigurationValue.isIPLiteral(host),
            let port = ConfigurationValue.digits(String(text[text.index(after: colon)...])),
            port <= 65_535
        else { return nil }
        return ListenAddress(host: host, port: port)
    }

    static func isIPLiteral(_ host: String) -> Bool {
        IPAddress(parsing: host) != nil
    }

    private func scaled(by units: [(String, Int)]) -> Int? {
        guard let text else { return nil }
        for (unit, factor) in units where text.hasSuffix(unit) {
            guard let number = ConfigurationValue.digits(String(text.dropLast(unit.count))) else {
                return nil
            }
            let (product, overflow) = number.multipliedReportingOverflow(by: factor)
            return overflow ? nil : product
        }
        return nil
    }

    private static func digits(_ text: String) -> Int? {
        guard (1...15).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) })
        else { return nil }
        return Int(text)
    }
}

extension ConfigurationValue {
    /// The form of a provider's name.
    static let providerNameForm = "1 to 63 of a-z, 0-9 and '-'"

    /// A provider's name; nil where it is none.
    var providerName: String? {
        text.flatMap { text in
            let isName =
                (1...63).contains(text.utf8.count)
                && text.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D
                }
            return isName ? text : nil
        }
    }
}
