/// Names in lines of Swift, found by their spelling: types begin with a capital letter.
enum SourceWords {
    private static let keywords: Set<Substring> = [
        "struct", "class", "enum", "actor", "protocol", "typealias",
    ]
    private static let modifiers: Set<Substring> = [
        "public", "package", "internal", "final", "indirect",
    ]

    /// The type that an unindented line declares for more than its file.
    static func declaredType(_ line: Substring) -> Substring? { declared(line, modifiers) }

    /// The type that an unindented line declares for its file alone.
    static func privateType(_ line: Substring) -> Substring? {
        guard line.hasPrefix("private ") || line.hasPrefix("fileprivate ") else { return nil }
        return declared(line, modifiers.union(["private", "fileprivate"]))
    }

    private static func declared(
        _ line: Substring, _ modifiers: Set<Substring>
    ) -> Substring? {
        guard line.first?.isLetter == true else { return nil }
        let words = line.split(separator: " ").drop { modifiers.contains($0) }
        guard words.count > 1, let keyword = words.first, keywords.contains(keyword) else {
            return nil
        }
        return words.dropFirst().first?.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    /// The capitalised words of a line's code that are no member of something else.
    static func types(in line: Substring) -> [Substring] {
        words(in: line).filter { $0.first?.isUppercase == true }
    }

    /// The words of a line's code without text, comments and what stands behind a dot.
    private static func words(in line: Substring) -> [Substring] {
        let bytes = Array(line.utf8)
        var words: [Substring] = []
        var quotes = Quotes()
        var start: Int?
        var before = UInt8(ascii: " ")
        var isMember = false
        func end(_ index: Int) {
            guard let first = start else { return }
            start = nil
            if !isMember {
                words.append(Substring(decoding: bytes[first..<index], as: UTF8.self))
            }
        }
        for index in bytes.indices {
            let byte = bytes[index]
            let isCode = quotes.isCode(byte, after: before)
            if isCode, byte == UInt8(ascii: "/"), before == byte { break }
            if !isCode || !isPart(byte) {
                end(index)
            } else if start == nil {
                start = index
                isMember = before == UInt8(ascii: ".")
            }
            before = byte
        }
        end(bytes.count)
        return words
    }

    private static func isPart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// Tells text from code, byte by byte; what is interpolated into text is code.
private struct Quotes {
    /// For each text under way -1, for each interpolation the brackets open in it.
    private var levels: [Int] = []

    mutating func isCode(_ byte: UInt8, after before: UInt8) -> Bool {
        let isText = levels.last == -1
        switch byte {
        case UInt8(ascii: "\"") where isText:
            if before != UInt8(ascii: "\\") { levels.removeLast() }
            return false
        case UInt8(ascii: "\""):
            levels.append(-1)
            return false
        case UInt8(ascii: "(") where isText:
            // `\(` in plain text, `\#(` in raw text.
            if before == UInt8(ascii: "\\") || before == UInt8(ascii: "#") { levels.append(0) }
            return false
        case UInt8(ascii: "(") where !levels.isEmpty: levels[levels.count - 1] += 1
        case UInt8(ascii: ")") where !isText && !levels.isEmpty:
            guard let open = levels.last, open > 0 else {
                levels.removeLast()
                return false
            }
            levels[levels.count - 1] -= 1
        default: break
        }
        return !isText
    }
}
