internal import Foundation

/// Base64 as XML has it (XML Schema part 2 section 3.2.16): white space anywhere, else exactly.
enum Base64Text {
    /// The bytes; nil where it is none.
    static func decode(_ text: String) -> [UInt8]? {
        let plain = text.utf8.filter { !($0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D) }
        guard let data = Data(base64Encoded: Data(plain)) else { return nil }
        return Array(data)
    }

    static func encode(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }
}
