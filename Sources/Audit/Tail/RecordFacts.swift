/// What a record is searched by, read in one pass over its line.
package struct RecordFacts: Sendable, Equatable {
    /// The time, nanoseconds since 1970; 0 if it can't be read.
    package var nanoseconds: Int64 = 0
    package var type = ""
    package var principal: String?
    package var action: String?
    package var service: String?
    package var namespace: String?
    package var decision: String?
    package var rule: String?

    /// Reads a line; nil if it is not one JSON object.
    package init?(_ line: [UInt8]) {
        let whole = line.withUnsafeBytes { bytes -> Bool in read(bytes) }
        if !whole { return nil }
    }

    private mutating func read(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var cursor = JSONCursor(bytes)
        guard cursor.take(UInt8(ascii: "{")) else { return false }
        repeat {
            guard let key = cursor.skipString(), cursor.take(UInt8(ascii: ":")) else {
                return false
            }
            let start = cursor.index
            guard cursor.skipValue() else { return false }
            take(key, start..<cursor.index, of: bytes)
        } while cursor.take(UInt8(ascii: ","))
        return cursor.take(UInt8(ascii: "}")) && cursor.isAtEnd
    }

    private mutating func take(
        _ key: Range<Int>, _ value: Range<Int>, of bytes: UnsafeRawBufferPointer
    ) {
        switch (key.count, bytes[key.lowerBound]) {
        case (4, UInt8(ascii: "t")):
            if bytes[key.lowerBound + 2] == UInt8(ascii: "m") {
                let text = [UInt8](bytes[value].dropFirst().dropLast())
                nanoseconds = Timestamp.parse(text[...]) ?? 0
            } else {
                type = Self.text(value, of: bytes) ?? ""
            }
        case (4, UInt8(ascii: "r")): rule = Self.text(value, of: bytes)
        case (6, UInt8(ascii: "a")): action = Self.text(value, of: bytes)
        case (8, UInt8(ascii: "d")): decision = Self.text(value, of: bytes)
        case (9, UInt8(ascii: "p")):
            principal = Self.member("id", of: UnsafeRawBufferPointer(rebasing: bytes[value]))
        case (8, UInt8(ascii: "r")):
            let object = UnsafeRawBufferPointer(rebasing: bytes[value])
            service = Self.member("service", of: object)
            namespace = Self.member("namespace", of: object)
        default: break
        }
    }

    private static func member(_ name: StaticString, of object: UnsafeRawBufferPointer) -> String? {
        var cursor = JSONCursor(object)
        guard cursor.take(UInt8(ascii: "{")) else { return nil }
        repeat {
            guard let key = cursor.skipString(), cursor.take(UInt8(ascii: ":")) else { return nil }
            let start = cursor.index
            guard cursor.skipValue() else { return nil }
            if key.count == name.utf8CodeUnitCount,
                object[key].elementsEqual(
                    UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
            {
                return text(start..<cursor.index, of: object)
            }
        } while cursor.take(UInt8(ascii: ","))
        return nil
    }

    private static func text(_ value: Range<Int>, of bytes: UnsafeRawBufferPointer) -> String? {
        guard value.count >= 2, bytes[value.lowerBound] == UInt8(ascii: "\"") else { return nil }
        let inner = bytes[value.lowerBound + 1..<value.upperBound - 1]
        if !inner.contains(UInt8(ascii: "\\")) { return String(decoding: inner, as: UTF8.self) }
        return JSONMembers.text("v", in: Array(#"{"v":"#.utf8) + Array(bytes[value]) + [0x7D])
    }
}

/// A time in the form of the log: RFC 3339 section 5.6, UTC, nanoseconds.
package enum LogTime {
    /// Writes a time.
    package static func text(_ nanoseconds: Int64) -> String {
        var stamp = Timestamp()
        var out: [UInt8] = []
        stamp.append(nanoseconds, to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    /// Reads a time as the log writes it, or nil.
    package static func parse(_ text: String) -> Int64? { Timestamp.parse(Array(text.utf8)[...]) }
}
