/// Input as it may stand in a message: cut, and without control characters.
enum Quotation {
    static func cut(_ text: String) -> String {
        var result = ""
        var count = 0
        for scalar in text.unicodeScalars {
            if count == PolicyLimits.quotedCharactersMax { return result + "..." }
            let isControl = scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)
            result.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
            count += 1
        }
        return result
    }

    static func quote(_ text: String) -> String { "'\(cut(text))'" }
}
