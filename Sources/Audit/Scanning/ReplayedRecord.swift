import StrictJSON

/// A record of the log that was verified and is read again when the log is opened.
///
/// Members are looked up in the line when they are asked for.
public struct ReplayedRecord: Sendable {
    /// The record's place in the log.
    public let sequence: UInt64
    /// The whole line without its newline.
    public let line: [UInt8]

    /// Reads a line of the log, or nil if it is not a well-formed record.
    public init?(line: [UInt8]) {
        let sequence = line.withUnsafeBytes { bytes -> UInt64? in
            guard let sequence = RecordLine.sequence(of: bytes) else { return nil }
            return RecordLine.problem(with: bytes, sequence: sequence) == nil ? sequence : nil
        }
        guard let sequence else { return nil }
        self.init(sequence: sequence, line: line)
    }

    init(sequence: UInt64, line: [UInt8]) {
        self.sequence = sequence
        self.line = line
    }

    /// The record's kind.
    public var kind: RecordKind? { text("type").flatMap(RecordKind.init) }

    /// The time, nanoseconds since 1970.
    public var nowNanoseconds: Int64? {
        text("time").flatMap { Timestamp.parse(Array($0.utf8)[...]) }
    }

    /// The request's identifier.
    public var request: String? { text("request") }

    /// The action's name.
    public var action: String { text("action") ?? "" }

    /// The answer's status.
    public var status: UInt16? {
        member("status").flatMap { UInt16(String(decoding: line[$0], as: UTF8.self)) }
    }

    /// The encoded detail object.
    public var detail: [UInt8]? { member("detail").map { Array(line[$0]) } }

    /// What the record is about.
    public var resource: ResourceFields? {
        guard let range = member("resource") else { return nil }
        let object = Array(line[range])
        return ResourceFields(
            service: JSONMembers.text("service", in: object),
            namespace: JSONMembers.text("namespace", in: object) ?? "default",
            id: JSONMembers.text("id", in: object))
    }

    /// Who asked, by kind and name; nil where nobody did, and for persons, whose names are sealed.
    public var principal: (kind: String, id: String)? {
        guard let object = principalObject, let kind = JSONMembers.text("kind", in: object),
            let id = JSONMembers.text("id", in: object)
        else { return nil }
        return (kind, id)
    }

    /// The person who asked, as the log has them; nil for all who are none.
    public var person: (kind: String, id: SealedText)? {
        guard let object = principalObject, let kind = JSONMembers.text("kind", in: object),
            let range = JSONMembers.range(of: "id", in: object),
            let id = SealedText(object: Array(object[range]))
        else { return nil }
        return (kind, id)
    }

    private var principalObject: [UInt8]? { member("principal").map { Array(line[$0]) } }

    /// For an outcome: the sequence of its intent.
    public var intent: UInt64? {
        guard let range = member("detail") else { return nil }
        let object = Array(line[range])
        guard let value = JSONMembers.range(of: "intent", in: object) else { return nil }
        return UInt64(String(decoding: object[value], as: UTF8.self))
    }

    private func member(_ name: String) -> Range<Int>? { JSONMembers.range(of: name, in: line) }

    private func text(_ name: String) -> String? { JSONMembers.text(name, in: line) }
}

/// A change whose outcome the log does not tell.
public struct OpenIntent: Sendable, Equatable {
    /// The intent's sequence.
    public var sequence: UInt64
    /// The action's name.
    public var action: String
    /// What it is about.
    public var resource: ResourceFields?
    /// The request's identifier.
    public var request: String?
}

/// Looks up members of an encoded object.
enum JSONMembers {
    /// The range of a member's value, or nil.
    static func range(of name: String, in object: [UInt8]) -> Range<Int>? {
        object.withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes)
            guard cursor.take(UInt8(ascii: "{")) else { return nil }
            repeat {
                guard let key = cursor.skipString(), cursor.take(UInt8(ascii: ":")) else {
                    return nil
                }
                let start = cursor.index
                guard cursor.skipValue() else { return nil }
                if name.utf8.elementsEqual(bytes[key]) { return start..<cursor.index }
            } while cursor.take(UInt8(ascii: ","))
            return nil
        }
    }

    /// The text of a member that is a string, or nil.
    static func text(_ name: String, in object: [UInt8]) -> String? {
        guard let range = range(of: name, in: object) else { return nil }
        return (try? StrictJSON.parse(Array(object[range])))?.string
    }
}
