internal import Text

/// A pattern for claims in which `*` stands for any characters, also none.
public struct ClaimGlob: Sendable, Equatable {
    /// As it is written.
    public let text: String
    private let parts: [[UInt8]]

    /// Takes any text.
    public init(_ text: String) {
        self.text = text
        parts = text.utf8.split(separator: UInt8(ascii: "*"), omittingEmptySubsequences: false)
            .map(Array.init)
    }

    /// Whether both are written with the same code units.
    public static func == (left: ClaimGlob, right: ClaimGlob) -> Bool {
        left.text.isExactly(right.text)
    }

    /// Whether the whole text fits; in time proportional to its length for each part.
    func matches(_ text: String) -> Bool {
        guard let first = parts.first, let last = parts.last else { return false }
        var rest = Array(text.utf8)[...]
        guard rest.starts(with: first) else { return false }
        rest = rest.dropFirst(first.count)
        guard parts.count > 1 else { return rest.isEmpty }
        for part in parts.dropFirst().dropLast() {
            guard let end = Self.end(of: part, in: rest) else { return false }
            rest = rest[end...]
        }
        return rest.count >= last.count && rest.suffix(last.count).elementsEqual(last)
    }

    /// Where the first occurrence of a part ends.
    private static func end(of part: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        var start = bytes.startIndex
        while bytes.endIndex - start >= part.count {
            if bytes[start...].starts(with: part) { return start + part.count }
            start += 1
        }
        return nil
    }
}

extension [ClaimGlob] {
    /// Whether a text matches one of them.
    func match(_ text: String) -> Bool { contains { $0.matches(text) } }
}
