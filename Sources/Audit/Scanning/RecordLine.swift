/// The fixed front of a record line: `{"seq":N,"time":"<30 bytes>","type":"`.
enum RecordLine {
    /// Says whether a line claims to be a record.
    static func claims(_ line: UnsafeRawBufferPointer) -> Bool {
        var cursor = JSONCursor(line)
        return cursor.take(#"{"seq":"#)
    }

    /// The offset of `"type"` if the line has the front for the given sequence, else nil.
    static func body(of line: UnsafeRawBufferPointer, sequence: UInt64) -> Int? {
        var cursor = JSONCursor(line)
        guard cursor.take(#"{"seq":"#), cursor.takeDecimal() == sequence else { return nil }
        guard cursor.take(#","time":""#) else { return nil }
        let body = cursor.index + Timestamp.byteCount + 2
        guard body < line.count, line[body - 2] == UInt8(ascii: "\""),
            line[body - 1] == UInt8(ascii: ","), line[line.count - 1] == UInt8(ascii: "}")
        else { return nil }
        return body
    }

    /// The sequence that a line claims, if it has one.
    static func sequence(of line: UnsafeRawBufferPointer) -> UInt64? {
        var cursor = JSONCursor(line)
        return cursor.take(#"{"seq":"#) ? cursor.takeDecimal() : nil
    }

    /// The time of a line whose body begins at the given offset.
    static func time(of line: UnsafeRawBufferPointer, body: Int) -> Int64? {
        let start = body - 2 - Timestamp.byteCount
        guard start >= 0, body <= line.count else { return nil }
        return Timestamp.parse([UInt8](line[start..<body - 2])[...])
    }

    /// What is wrong with a line that should be the canonical record of a sequence, or nil.
    static func problem(with line: UnsafeRawBufferPointer, sequence: UInt64) -> String? {
        guard let body = body(of: line, sequence: sequence) else {
            guard let claimed = Self.sequence(of: line) else {
                return "neither a record nor a commit line"
            }
            if claimed == sequence { return "the record has no canonical front" }
            return "record \(claimed) stands where record \(sequence) is due"
        }
        if time(of: line, body: body) == nil { return "the record's time is malformed" }
        var cursor = JSONCursor(line)
        var place = -1
        guard cursor.take(UInt8(ascii: "{")) else { return "the record is not an object" }
        repeat {
            guard let name = cursor.skipString(), cursor.take(UInt8(ascii: ":")),
                cursor.skipValue()
            else { return "the record is not well-formed JSON" }
            let key = String(decoding: line[name], as: UTF8.self)
            guard let next = keys.firstIndex(of: key), next > place else {
                return "the record's member `\(key.prefix(32))` is unknown or out of order"
            }
            place = next
        } while cursor.take(UInt8(ascii: ","))
        guard cursor.take(UInt8(ascii: "}")), cursor.isAtEnd else {
            return "the record is not well-formed JSON"
        }
        return nil
    }

    /// The members of a record in their order.
    static let keys = [
        "seq", "time", "type", "request", "principal", "client", "action", "resource", "decision",
        "gate", "rule", "reason", "policy", "status", "detail",
    ]
}
