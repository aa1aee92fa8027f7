/// The one form in which paths are matched.
///
/// A path in another form may mean something else to whoever gets it, so it is not repaired but taken for
/// unknown: a deny that asks for the path applies, an allow does not.
enum HTTPPath {
    /// What keeps a path from being in its normal form.
    static func problem(_ path: String) -> String? {
        var copy = path
        return copy.withUTF8 { problem($0) }
    }

    static func isNormal(_ path: String) -> Bool {
        path.utf8.withContiguousStorageIfAvailable { problem($0) == nil } ?? false
    }

    private static func problem(_ bytes: UnsafeBufferPointer<UInt8>) -> String? {
        guard bytes.first == slash else { return "it doesn't begin with '/'" }
        var start = 1
        for index in 1...bytes.count {
            if index < bytes.count, bytes[index] != slash { continue }
            let isLast = index == bytes.count
            if index == start, !isLast { return "it has an empty segment" }
            if let problem = problem(bytes[start..<index]) { return problem }
            start = index + 1
        }
        return nil
    }

    private static func problem(_ segment: Slice<UnsafeBufferPointer<UInt8>>) -> String? {
        let isDots = segment.allSatisfy { $0 == UInt8(ascii: ".") }
        if isDots, (1...2).contains(segment.count) { return "it has a segment '.' or '..'" }
        var index = segment.startIndex
        while index < segment.endIndex {
            switch segment[index] {
            case UInt8(ascii: "%"):
                guard index + 2 < segment.endIndex, let high = digit(segment[index + 1]),
                    let low = digit(segment[index + 2]), mayBeEscaped(high << 4 | low)
                else { return "it has a percent-escape that is not in normal form" }
                index += 3
            case UInt8(ascii: "\\"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: ";"):
                return "it has one of '\\', '?', '#', ';'"
            case 0x21...0x7E: index += 1
            default: return "it has a byte that must be escaped"
            }
        }
        return nil
    }

    private static let slash = UInt8(ascii: "/")

    /// Upper-case hexadecimal (RFC 3986 section 6.2.2.1).
    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    /// Not what needs no escape (RFC 3986 section 6.2.2.2), nor what turns into a separator or another escape.
    private static func mayBeEscaped(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"), UInt8(ascii: "\\"),
            UInt8(ascii: "%"), UInt8(ascii: ";"), ..<0x20, 0x7F:
            false
        default: true
        }
    }
}
