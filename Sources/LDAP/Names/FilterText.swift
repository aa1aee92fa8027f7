/// Text as it stands for itself in a search filter (RFC 4515 section 3) and in a distinguished name (RFC 4514 section 2.4).
public enum FilterText {
    /// The value with all that a filter gives a meaning escaped, and all that is not ASCII.
    public static func escaped(_ value: String) -> String { escaped(bytes: Array(value.utf8)) }

    /// The same of bytes that are no text, as a SID.
    static func escaped(bytes: [UInt8]) -> String {
        var text = ""
        for byte in bytes {
            if isPlain(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += hex(byte)
            }
        }
        return text
    }

    /// A value as one part of a distinguished name may hold it.
    public static func escapedInName(_ value: String) -> String {
        var text = ""
        for byte in value.utf8 {
            if isPlain(byte), byte != UInt8(ascii: "#"), !special.contains(byte), byte != 0x20 {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += hex(byte)
            }
        }
        return text
    }

    /// A filter with a name in the place of `{user}`.
    public static func filter(_ template: String, user: String) -> String {
        replaced(template, by: escaped(user))
    }

    static func replaced(_ template: String, by text: String) -> String {
        template.split(separator: "{user}", omittingEmptySubsequences: false)
            .joined(separator: text)
    }

    private static let special = Array(#",+"\<>;="#.utf8)

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20...0x7E).contains(byte) && !Array("*()\\".utf8).contains(byte)
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return "\\" + (digits.utf8.count == 1 ? "0" : "") + digits
    }
}
