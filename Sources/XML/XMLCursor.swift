/// A name as it was written.
struct QualifiedName: Hashable {
    let prefix: String
    let local: String
}

/// A place in a document whose bytes are UTF-8, and what is read from there.
struct XMLCursor {
    private let bytes: [UInt8]
    private(set) var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { place >= bytes.count }
    /// The byte here; nil at the end.
    var peek: UInt8? { place < bytes.count ? bytes[place] : nil }

    func malformed(_ what: String) -> XMLFault { .malformed(what, at: place) }

    mutating func advance() { place += 1 }

    func starts(_ text: StaticString) -> Bool {
        text.withUTF8Buffer { bytes[place...].starts(with: $0) }
    }

    /// Skips a text if it stands here.
    @discardableResult
    mutating func skip(_ text: StaticString) -> Bool {
        guard starts(text) else { return false }
        place += text.utf8CodeUnitCount
        return true
    }

    mutating func skip(_ mark: [UInt8]) {
        if bytes[place...].starts(with: mark) { place += mark.count }
    }

    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// Skips white space; whether there was any.
    @discardableResult
    mutating func skipSpace() -> Bool {
        let start = place
        while let byte = peek, Self.isSpace(byte) { place += 1 }
        return place > start
    }

    /// Whether an XML declaration stands here, rather than an instruction whose name begins so.
    var startsDeclaration: Bool {
        starts("<?xml") && place + 5 < bytes.count && Self.isSpace(bytes[place + 5])
    }

    /// Refuses what may follow a `<` besides a tag.
    func refuseMarkup() throws(XMLFault) {
        if starts("!DOCTYPE") { throw .forbidden("a document type", at: place) }
        if starts("!--") { throw .forbidden("a comment", at: place) }
        if starts("![CDATA[") { throw .forbidden("a CDATA section", at: place) }
        if starts("?") { throw .forbidden("a processing instruction", at: place) }
    }

    /// `=` and the quote that opens a value.
    mutating func equals() throws(XMLFault) -> UInt8 {
        skipSpace()
        guard skip("=") else { throw malformed("expected =") }
        skipSpace()
        guard let quote = peek, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") else {
            throw malformed("expected a value in quotes")
        }
        advance()
        return quote
    }

    /// A name with or without a prefix (Namespaces in XML 1.0 section 4).
    mutating func qualifiedName() throws(XMLFault) -> QualifiedName {
        let first = try name()
        guard skip(":") else { return QualifiedName(prefix: "", local: first) }
        return QualifiedName(prefix: first, local: try name())
    }

    /// A name without a colon, in ASCII.
    mutating func name() throws(XMLFault) -> String {
        let start = place
        guard let first = peek, Self.isLetter(first) else { throw malformed("expected a name") }
        while let byte = peek,
            Self.isLetter(byte) || Self.isDigit(byte) || byte == 0x2D || byte == 0x2E
        {
            place += 1
        }
        // A name that goes on outside of ASCII is none that is taken here.
        if let byte = peek, byte >= 0x80 { throw malformed("a name has letters outside of ASCII") }
        guard place - start <= XMLLimits.nameBytesMax else {
            throw .tooLarge("a name is longer than \(XMLLimits.nameBytesMax) bytes")
        }
        return String(decoding: bytes[start..<place], as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// One character as it stands here; a line end is one line feed, however it was written.
    mutating func character() throws(XMLFault) -> ArraySlice<UInt8> {
        guard let byte = peek else { throw malformed("expected a character") }
        let start = place
        if byte == 0x0D {
            place += 1
            if peek == 0x0A { place += 1 }
            return [0x0A]
        }
        place += byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
        // The bytes are UTF-8, so that many are there; and of what is not a character only these are of three bytes.
        let character = bytes[start..<min(place, bytes.count)]
        let isNone = byte < 0x20 && !Self.isSpace(byte)
        guard !isNone, !character.elementsEqual([0xEF, 0xBF, 0xBE]),
            !character.elementsEqual([0xEF, 0xBF, 0xBF])
        else { throw .malformed("not a character of XML", at: start) }
        return character
    }

    /// A reference to a character or to one of the five entities that there always are (XML 1.0 sections 4.1, 4.6).
    mutating func reference() throws(XMLFault) -> [UInt8] {
        let entities: [(StaticString, UInt8)] = [
            ("&amp;", 0x26), ("&lt;", 0x3C), ("&gt;", 0x3E), ("&quot;", 0x22), ("&apos;", 0x27),
        ]
        for (text, byte) in entities where skip(text) { return [byte] }
        guard starts("&#") else { throw malformed("an entity that is not known") }
        let isHex = starts("&#x")
        place += isHex ? 3 : 2
        let start = place
        while let byte = peek, byte != UInt8(ascii: ";"), place - start < 8 { place += 1 }
        let digits = String(decoding: bytes[start..<place], as: UTF8.self)
        let isPlain = digits.utf8.allSatisfy { Self.isDigit($0) || Self.isLetter($0) }
        guard isPlain, skip(";"), let value = UInt32(digits, radix: isHex ? 16 : 10),
            let scalar = Unicode.Scalar(value), Self.isCharacter(scalar)
        else { throw .malformed("a reference to no character", at: start) }
        return Array(String(Character(scalar)).utf8)
    }

    /// XML 1.0 section 2.2.
    private static func isCharacter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }
}
