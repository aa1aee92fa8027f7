/// `application/x-www-form-urlencoded` (RFC 6749 appendix B), for queries and bodies.
package enum FormText {
    /// Pairs as one text.
    package static func encode(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { escape($0.name) + "=" + escape($0.value) }.joined(separator: "&")
    }

    /// An address with pairs behind what it already asks.
    package static func append(
        _ pairs: [(name: String, value: String)], to address: KeyAddress
    ) -> String {
        let separator = address.text.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return address.text + separator + encode(pairs)
    }

    /// Letters, digits and `-._~` as they are, all else as `%XX`.
    package static func escape(_ text: String) -> String {
        var out: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: out.append(byte)
            default:
                out.append(UInt8(ascii: "%"))
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static let digits = Array("0123456789ABCDEF".utf8)
}
