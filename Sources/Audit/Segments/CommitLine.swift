import StrictJSON

/// A commit line: `{"type":"commit","size":N,"root":"<base64>","records":K}`, no leaf of the tree.
///
/// `records` counts the records since the commit line before, so that a removed one is missed.
struct CommitLine: Equatable {
    var size: UInt64
    var root: TreeHash
    var records: UInt64

    /// The end of the log that it is.
    var end: LogAnchor { LogAnchor(size: size, root: root) }

    static let prefix: StaticString = #"{"type":"commit","size":"#

    /// Appends the canonical line without its newline.
    func append(to out: inout [UInt8]) {
        out.append(Self.prefix)
        out.append(decimal: size)
        out.append(#","root":""#)
        root.appendBase64(to: &out)
        out.append(#"","records":"#)
        out.append(decimal: records)
        out.append("}")
    }

    /// Says whether a line claims to be a commit line.
    static func claims(_ line: UnsafeRawBufferPointer) -> Bool {
        var cursor = JSONCursor(line)
        return cursor.take(#"{"type":"commit""#)
    }

    /// Reads a canonical commit line, or nil for anything else.
    static func parse(_ line: UnsafeRawBufferPointer) -> CommitLine? {
        var cursor = JSONCursor(line)
        guard cursor.take(prefix), let size = cursor.takeDecimal() else { return nil }
        guard cursor.take(#","root":"#), let text = cursor.skipString() else { return nil }
        let base64 = String(decoding: line[text], as: UTF8.self)
        guard let root = TreeHash(base64: base64) else { return nil }
        guard cursor.take(#","records":"#), let records = cursor.takeDecimal() else { return nil }
        let parsed = CommitLine(size: size, root: root, records: records)
        var canonical: [UInt8] = []
        parsed.append(to: &canonical)
        return canonical.elementsEqual(line) ? parsed : nil
    }
}

extension JSONCursor {
    /// Steps over a decimal number without sign, leading zero or fraction.
    mutating func takeDecimal() -> UInt64? {
        var value: UInt64 = 0
        let start = index
        while let byte = peek, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            let (tens, over) = value.multipliedReportingOverflow(by: 10)
            let (sum, more) = tens.addingReportingOverflow(UInt64(byte - UInt8(ascii: "0")))
            if over || more { return nil }
            value = sum
            _ = take(byte)
        }
        if index == start || (bytes[start] == UInt8(ascii: "0") && index > start + 1) { return nil }
        return value
    }
}
