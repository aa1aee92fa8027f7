/// Text from outside as it may stand in a message, a log or on a terminal: cut, and with nothing in it that acts.
///
/// Control characters (C0, DEL, C1), line and paragraph separators and format characters, bidirectional marks among them,
/// are written as `\u{...}`, so that no name can forge a line or turn one around.
public enum Quotation {
    /// Characters of the outside text that are shown; of more, the rest is `...`.
    public static let charactersMax = 100

    /// The text in quotation marks.
    public static func quote(_ text: String, by mark: Unicode.Scalar = "\"") -> String {
        "\(mark)\(shown(text, mark))\(mark)"
    }

    /// The text without quotation marks.
    public static func cut(_ text: String) -> String { shown(text, nil) }

    /// The whole text without quotation marks; `kept` stays as it is, as the line ends of a message of several lines.
    public static func escaped(_ text: String, keeping kept: Unicode.Scalar? = nil) -> String {
        guard text.unicodeScalars.contains(where: { acts($0) && $0 != kept }) else { return text }
        return shown(text, nil, keeping: kept, charactersMax: .max)
    }

    /// JSON that says the same without a character that acts on a terminal (RFC 8259 section 7).
    public static func escaped(json text: String) -> String {
        guard text.unicodeScalars.contains(where: acts) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if acts(scalar), scalar.value >= 0x7F {
                for unit in String(scalar).utf16 {
                    let digits = String(unit, radix: 16)
                    shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func shown(
        _ text: String, _ mark: Unicode.Scalar?, keeping kept: Unicode.Scalar? = nil,
        charactersMax: Int = charactersMax
    ) -> String {
        var shown = ""
        for (count, scalar) in text.unicodeScalars.enumerated() {
            if count == charactersMax { return shown + "..." }
            if scalar == mark || (scalar == "\\" && mark != nil) {
                shown.unicodeScalars.append("\\")
                shown.unicodeScalars.append(scalar)
            } else if acts(scalar), scalar != kept {
                shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    private static func acts(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned: true
        default: false
        }
    }
}

/// Text from outside, quoted, escaped and cut for a message.
public func quote(_ text: String) -> String { Quotation.quote(text) }
