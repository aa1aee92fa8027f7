/// A pattern for names: exact, `prefix*` or `*`.
///
/// Names are compared byte for byte. Swift's own comparison of strings takes different spellings of a character for equal (U+212A and `K`), which
/// must not make a stranger's name match.
struct NamePattern: Hashable, Sendable {
    let bytes: [UInt8]
    let isPrefix: Bool

    static let any = NamePattern(bytes: [], isPrefix: true)
    /// The namespace that is meant where none is named.
    static let defaultNamespace = NamePattern(Resource.defaultNamespace)

    /// The pattern that a text spells; only a last `*` is special.
    init(_ text: String) {
        let bytes = Array(text.utf8)
        isPrefix = bytes.last == UInt8(ascii: "*")
        self.bytes = isPrefix ? bytes.dropLast() : bytes
    }

    private init(bytes: [UInt8], isPrefix: Bool) {
        self.bytes = bytes
        self.isPrefix = isPrefix
    }

    var isAny: Bool { isPrefix && bytes.isEmpty }

    func matches(_ name: String) -> Bool {
        if isAny { return true }
        return isPrefix ? name.utf8.starts(with: bytes) : name.utf8.elementsEqual(bytes)
    }

    func matches(_ name: Substring) -> Bool {
        if isAny { return true }
        return isPrefix ? name.utf8.starts(with: bytes) : name.utf8.elementsEqual(bytes)
    }

    /// The pattern as it is written.
    var text: String { String(decoding: bytes, as: UTF8.self) + (isPrefix ? "*" : "") }
}
