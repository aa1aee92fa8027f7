/// A member of a record line, in the order in which they stand.
public enum RecordMember: Int, CaseIterable, Sendable {
    case seq, time, type, request, principal, client, action, resource, decision, gate, rule,
        reason, policy, status, detail
}

/// A record line taken apart in one pass, for readers of many records.
///
/// It checks that the line is a well-formed record; that it is part of the log is for `LogVerifier` to prove.
public struct RecordMembers: Sendable {
    /// The whole line without its newline.
    public let line: [UInt8]
    /// The record's place in the log.
    public let sequence: UInt64
    private var ranges = InlineArray<15, Range<Int32>>(repeating: 0..<0)

    /// Takes a line apart; nil when it is no record.
    public init?(line: [UInt8]) {
        self.line = line
        guard line.count <= Limits.lineBytesMax else { return nil }
        let sequence = line.withUnsafeBytes { RecordLine.sequence(of: $0) }
        guard let sequence else { return nil }
        self.sequence = sequence
        guard split() else { return nil }
    }

    /// The bytes of a member's value; nil when the record doesn't have it.
    public func raw(_ member: RecordMember) -> ArraySlice<UInt8>? {
        let range = ranges[member.rawValue]
        return range.isEmpty ? nil : line[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    /// The text of a member that is a string.
    public func text(_ member: RecordMember) -> String? {
        raw(member).flatMap { JSONMembers.string($0) }
    }

    /// The time, nanoseconds since 1970.
    public var nowNanoseconds: Int64? {
        guard let raw = raw(.time), raw.count > 2 else { return nil }
        return Timestamp.parse(raw.dropFirst().dropLast())
    }

    /// The record's kind.
    public var kind: RecordKind? { text(.type).flatMap(RecordKind.init) }

    private mutating func split() -> Bool {
        line.withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes)
            var place = -1
            guard cursor.take(UInt8(ascii: "{")) else { return false }
            repeat {
                guard let name = cursor.skipString(), cursor.take(UInt8(ascii: ":")) else {
                    return false
                }
                let start = cursor.index
                guard cursor.skipValue(),
                    let next = Self.place(of: bytes[name], after: place)
                else { return false }
                place = next
                ranges[place] = Int32(start)..<Int32(cursor.index)
            } while cursor.take(UInt8(ascii: ","))
            return cursor.take(UInt8(ascii: "}")) && cursor.isAtEnd
        }
    }

    /// The place of a member's name among those that may still come.
    private static func place(of name: Slice<UnsafeRawBufferPointer>, after place: Int) -> Int? {
        for next in (place + 1)..<names.count where names[next].elementsEqual(name) { return next }
        return nil
    }

    private static let names = RecordLine.keys.map { Array($0.utf8) }
}

/// Members of a JSON object inside a record.
public enum RecordObject {
    /// The text of a member that is a string.
    public static func text(_ name: String, in object: ArraySlice<UInt8>) -> String? {
        JSONMembers.text(name, in: Array(object))
    }

    /// The bytes of a member's value.
    public static func raw(_ name: String, in object: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let copy = Array(object)
        return JSONMembers.range(of: name, in: copy).map { copy[$0] }
    }
}
