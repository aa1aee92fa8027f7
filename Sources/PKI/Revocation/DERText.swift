internal import SwiftASN1

/// Writes DER piece by piece, for the structures that no library here has types for.
enum DERText {
    static func node(_ tag: UInt8, _ parts: [UInt8]...) -> [UInt8] {
        let content = parts.flatMap { $0 }
        var length: [UInt8] = []
        if content.count < 128 {
            length = [UInt8(content.count)]
        } else {
            var rest = content.count
            while rest > 0 {
                length.insert(UInt8(truncatingIfNeeded: rest), at: 0)
                rest >>= 8
            }
            length.insert(0x80 | UInt8(length.count), at: 0)
        }
        return [tag] + length + content
    }

    static func sequence(_ parts: [UInt8]...) -> [UInt8] { node(0x30, parts.flatMap { $0 }) }

    static func explicit(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        node(0xA0 | number, content)
    }

    static func octets(_ content: [UInt8]) -> [UInt8] { node(0x04, content) }

    static func bits(_ content: [UInt8]) -> [UInt8] { node(0x03, [0], content) }

    static let null: [UInt8] = [0x05, 0x00]

    static func oid(_ oid: ASN1ObjectIdentifier) -> [UInt8] {
        var serializer = DER.Serializer()
        // An identifier that was made from literals always serializes.
        try? serializer.serialize(oid)
        return serializer.serializedBytes
    }

    /// A positive INTEGER from big-endian bytes.
    static func integer(_ bytes: [UInt8]) -> [UInt8] {
        var body = Array(bytes.drop { $0 == 0 })
        if body.first.map({ $0 >= 0x80 }) ?? true { body.insert(0, at: 0) }
        return node(0x02, body)
    }

    static func integer(_ value: UInt64) -> [UInt8] {
        integer(withUnsafeBytes(of: value.bigEndian) { Array($0) })
    }

    static func enumerated(_ value: UInt8) -> [UInt8] { node(0x0A, [value]) }

    /// RFC 5280 section 4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050.
    static func time(_ nanoseconds: Int64) -> [UInt8] {
        let text = digits(nanoseconds)
        return text < "2050"
            ? node(0x17, Array(text.dropFirst(2).utf8)) : node(0x18, Array(text.utf8))
    }

    static func generalizedTime(_ nanoseconds: Int64) -> [UInt8] {
        node(0x18, Array(digits(nanoseconds).utf8))
    }

    static func certificateExtension(
        _ identifier: ASN1ObjectIdentifier, critical: Bool = false, _ value: [UInt8]
    ) -> [UInt8] {
        sequence(oid(identifier), critical ? [0x01, 0x01, 0xFF] : [], octets(value))
    }

    /// The bytes of a lower-case hexadecimal text.
    static func bytes(hex text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var high: UInt8?
        for character in text.utf8 {
            guard let digit = Character(UnicodeScalar(character)).hexDigitValue else { return [] }
            if let first = high {
                bytes.append(first << 4 | UInt8(digit))
                high = nil
            } else {
                high = UInt8(digit)
            }
        }
        return high == nil ? bytes : []
    }

    /// ecdsa-with-SHA256, which every signer of ours makes.
    static let signatureAlgorithm = sequence(oid([1, 2, 840, 10045, 4, 3, 2]))

    private static func digits(_ nanoseconds: Int64) -> String {
        UTCText.text(nanoseconds: nanoseconds).filter { $0.isNumber || $0 == "Z" }
    }
}
