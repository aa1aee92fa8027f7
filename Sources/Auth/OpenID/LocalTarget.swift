/// A place on this gateway that a browser may be sent to: a path, and perhaps a query.
///
/// Whatever could be read as another place by anybody is the default page instead: another origin, a backslash, a line's end, escaped or
/// not, an empty segment, a segment of points.
package struct LocalTarget: Sendable, Equatable {
    /// The path, which begins with one slash.
    package let path: String

    /// Where one goes who names no place.
    package static let standard = LocalTarget(nil)

    /// Takes a text for what it is, or else the default page.
    package init(_ text: String?) {
        path = text.flatMap { Self.isLocal(Array($0.utf8)) ? $0 : nil } ?? "/"
    }

    private static func isLocal(_ bytes: [UInt8]) -> Bool {
        guard (1...OpenIDLimits.targetBytesMax).contains(bytes.count),
            bytes.first == UInt8(ascii: "/"),
            bytes.allSatisfy({ (0x21...0x7E).contains($0) && !forbidden.contains($0) })
        else { return false }
        let path = bytes.prefix { $0 != UInt8(ascii: "?") }
        let segments = path.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard segments.dropLast().allSatisfy({ !$0.isEmpty }),
            segments.allSatisfy({ $0.isEmpty || $0.contains { $0 != UInt8(ascii: ".") } })
        else { return false }
        return isSoundlyEscaped(path, isPath: true)
            && isSoundlyEscaped(bytes.dropFirst(path.count), isPath: false)
    }

    private static let forbidden = Array("\\\"<>#^`{|}".utf8)
    /// What no path may hold in disguise: points, slashes, backslashes, percent signs, `@`, `:` and `?`.
    private static let disguised = Array("./\\%@:?".utf8)

    /// Whether each escape is one, and none is of a character that acts.
    private static func isSoundlyEscaped(_ bytes: ArraySlice<UInt8>, isPath: Bool) -> Bool {
        var rest = bytes
        while let percent = rest.firstIndex(of: UInt8(ascii: "%")) {
            let digits = rest[(percent + 1)...].prefix(2)
            guard digits.count == 2, let high = value(digits.first), let low = value(digits.last)
            else { return false }
            let byte = high << 4 | low
            if byte < 0x20 || byte == 0x7F || byte == UInt8(ascii: "\\") { return false }
            if isPath, disguised.contains(byte) { return false }
            rest = rest[(percent + 3)...]
        }
        return true
    }

    private static func value(_ digit: UInt8?) -> UInt8? {
        guard let digit else { return nil }
        return switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
