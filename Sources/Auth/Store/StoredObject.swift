internal import StrictJSON

/// A row that is damaged, or of a version that is not known here.
struct OtherForm: Error, CustomStringConvertible {
    var description: String { "a row has another form" }
}

/// What a row holds of one thing, as JSON; a member that has another form than it was written in refuses the row.
///
/// By hand rather than by `Decodable`: at the start there may be two hundred thousand rows, and that takes half as long again
/// (decision 45).
struct StoredObject {
    private let value: JSONValue

    /// Reads a row.
    ///
    /// - Throws: ``OtherForm`` where it is no JSON object.
    init(_ bytes: [UInt8]) throws(OtherForm) {
        guard let value = try? StrictJSON.parse(bytes) else { throw OtherForm() }
        try self.init(value)
    }

    private init(_ value: JSONValue) throws(OtherForm) {
        guard case .object = value else { throw OtherForm() }
        self.value = value
    }

    /// A text; nil where there is none.
    func text(ifAny name: String) throws(OtherForm) -> String? {
        try read(name) { $0.string }
    }

    /// A whole number; nil where there is none.
    func integer(ifAny name: String) throws(OtherForm) -> Int64? {
        try read(name) { $0.integer }
    }

    /// An object; nil where there is none.
    func object(ifAny name: String) throws(OtherForm) -> StoredObject? {
        try read(name) { try? StoredObject($0) }
    }

    /// A list of texts; nil where there is none.
    func texts(ifAny name: String) throws(OtherForm) -> [String]? {
        try read(name) { Self.list($0) { $0.string } }
    }

    /// A list of bytes, as numbers; nil where there is none.
    func bytes(ifAny name: String) throws(OtherForm) -> [UInt8]? {
        try read(name) { Self.list($0) { $0.integer.flatMap { UInt8(exactly: $0) } } }
    }

    /// A text.
    func text(_ name: String) throws(OtherForm) -> String { try needed(text(ifAny: name)) }

    /// A whole number.
    func integer(_ name: String) throws(OtherForm) -> Int64 { try needed(integer(ifAny: name)) }

    /// The sequence of a record.
    func sequence(_ name: String) throws(OtherForm) -> UInt64 {
        try needed(UInt64(exactly: integer(name)))
    }

    /// An object.
    func object(_ name: String) throws(OtherForm) -> StoredObject {
        try needed(object(ifAny: name))
    }

    /// A list of texts.
    func texts(_ name: String) throws(OtherForm) -> [String] { try needed(texts(ifAny: name)) }

    /// A list of lists of texts.
    func textLists(_ name: String) throws(OtherForm) -> [[String]] {
        try needed(read(name) { Self.list($0) { Self.list($0) { $0.string } } })
    }

    /// A list of objects.
    func objects(_ name: String) throws(OtherForm) -> [StoredObject] {
        try needed(read(name) { Self.list($0) { try? StoredObject($0) } })
    }

    /// A list of bytes, as numbers.
    func bytes(_ name: String) throws(OtherForm) -> [UInt8] { try needed(bytes(ifAny: name)) }

    private func read<Value>(
        _ name: String, _ form: (JSONValue) -> Value?
    ) throws(OtherForm) -> Value? {
        switch value[name] {
        case nil, .some(.null): return nil
        case .some(let member):
            guard let read = form(member) else { throw OtherForm() }
            return read
        }
    }

    private func needed<Value>(_ value: Value?) throws(OtherForm) -> Value {
        guard let value else { throw OtherForm() }
        return value
    }

    private static func list<Element>(
        _ value: JSONValue, _ form: (JSONValue) -> Element?
    ) -> [Element]? {
        guard case .array(let items) = value else { return nil }
        var list: [Element] = []
        list.reserveCapacity(items.count)
        for item in items {
            guard let element = form(item) else { return nil }
            list.append(element)
        }
        return list
    }
}
