/// Checks that a file is UTF-8 text without control characters.
enum TextCheck {
    /// The file's text, or nil with the first offending place reported.
    ///
    /// A byte order mark, which some editors put before UTF-8 (RFC 3629 section 6), is no part of it.
    static func text(_ all: [UInt8], into diagnostics: inout Diagnostics) -> String? {
        let bytes = all.starts(with: byteOrderMark) ? Array(all.dropFirst(3)) : all
        guard let text = String(validating: bytes, as: UTF8.self) else {
            diagnostics.report(.syntax, placeOfBadUTF8(bytes), "the file is not UTF-8")
            return nil
        }
        var mark = Mark.start
        for scalar in text.unicodeScalars {
            guard isAllowed(scalar) else {
                diagnostics.report(
                    .syntax, mark, "the invisible character \(name(of: scalar)) is not allowed",
                    hint: "remove it")
                return nil
            }
            advance(&mark, over: scalar)
        }
        return text
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D: true
        case ..<0x20, 0x7F...0x9F, 0xFFFE, 0xFFFF: false
        case ..<0x7F: true
        // Invisible marks that make a line read otherwise than it is: separators, and all that only format (Cf).
        case 0x2028, 0x2029: false
        default: scalar.properties.generalCategory != .format
        }
    }

    /// The first character of a value that most programs show as nothing, though it makes another value of it.
    static func unseen(in value: String) -> String? {
        let found = value.unicodeScalars.first {
            $0.value >= 0x80 && $0.properties.isDefaultIgnorableCodePoint
        }
        return found.map { name(of: $0) }
    }

    private static func name(of scalar: Unicode.Scalar) -> String {
        "U+" + hexadecimal(scalar.value)
    }

    private static func placeOfBadUTF8(_ bytes: [UInt8]) -> Mark {
        var mark = Mark.start
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) {
            advance(&mark, over: scalar)
        }
        return mark
    }

    private static func advance(_ mark: inout Mark, over scalar: Unicode.Scalar) {
        if scalar == "\n" {
            mark.line += 1
            mark.column = 1
        } else {
            mark.column += 1
        }
    }

    private static func hexadecimal(_ value: UInt32) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
    }
}
