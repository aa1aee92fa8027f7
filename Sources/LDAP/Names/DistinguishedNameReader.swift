/// Reads the string form of a distinguished name, byte by byte (RFC 4514 section 3); spaces around types and values are passed over.
struct DistinguishedNameReader {
    private let bytes: [UInt8]
    private var position = 0

    /// The levels; nil where the text is no name.
    static func read(_ bytes: [UInt8]) -> [[DistinguishedName.Part]]? {
        var reader = DistinguishedNameReader(bytes)
        return reader.levels()
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    private mutating func levels() -> [[DistinguishedName.Part]]? {
        if bytes.isEmpty { return [] }
        var levels: [[DistinguishedName.Part]] = [[]]
        var parts = 0
        while true {
            guard let part = part() else { return nil }
            levels[levels.count - 1].append(part)
            parts += 1
            guard parts <= DirectoryLimits.partsMax else { return nil }
            guard let byte = next() else { return levels }
            switch byte {
            case UInt8(ascii: ","): levels.append([])
            case UInt8(ascii: "+"): break
            default: return nil
            }
        }
    }

    private mutating func part() -> DistinguishedName.Part? {
        skipSpaces()
        var type: [UInt8] = []
        while let byte = peek, byte != UInt8(ascii: "="), byte != 0x20 {
            guard Self.isOfType(byte) else { return nil }
            type.append(byte)
            position += 1
        }
        skipSpaces()
        guard !type.isEmpty, next() == UInt8(ascii: "=") else { return nil }
        skipSpaces()
        guard let value = value() else { return nil }
        let name = String(decoding: type, as: UTF8.self).lowercased()
        return DistinguishedName.Part(type: name, value: value)
    }

    /// A value up to what ends it.
    ///
    /// The form `#` with BER in hexadecimal stays what it is: a text of its own.
    private mutating func value() -> String? {
        var value: [UInt8] = []
        var kept = 0
        while let byte = peek, byte != UInt8(ascii: ","), byte != UInt8(ascii: "+") {
            position += 1
            switch byte {
            case UInt8(ascii: "\\"):
                guard let escaped = escaped() else { return nil }
                value.append(escaped)
                kept = value.count
            case UInt8(ascii: "\""), UInt8(ascii: ";"), UInt8(ascii: "<"), UInt8(ascii: ">"),
                UInt8.zero:
                return nil
            default:
                value.append(byte)
                if byte != 0x20 { kept = value.count }
            }
        }
        return String(validating: value.prefix(kept), as: UTF8.self)
    }

    private mutating func escaped() -> UInt8? {
        guard let first = next() else { return nil }
        guard let high = Self.digit(first) else {
            return " \"#+,;<=>\\".utf8.contains(first) ? first : nil
        }
        guard let low = next().flatMap(Self.digit) else { return nil }
        return high << 4 | low
    }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func next() -> UInt8? {
        guard let byte = peek else { return nil }
        position += 1
        return byte
    }

    private mutating func skipSpaces() { while peek == 0x20 { position += 1 } }

    private static func isOfType(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
