internal import NIOCore

extension ItemEncoder {
    /// One JSON list of what `json` gives for each item.
    package static func jsonList(_ json: @escaping @Sendable (Item) -> [UInt8]) -> ItemEncoder {
        ItemEncoder(
            "application/json", opening: Array("[".utf8), closing: Array("]".utf8)
        ) { item, isFirst, out in
            if !isFirst { out.writeStaticString(",") }
            out.writeBytes(json(item))
        }
    }

    /// One line of JSON for each item; `json` gives no line breaks.
    package static func jsonLines(_ json: @escaping @Sendable (Item) -> [UInt8]) -> ItemEncoder {
        ItemEncoder("application/jsonl") { item, _, out in
            out.writeBytes(json(item))
            out.writeStaticString("\n")
        }
    }

    /// Comma-separated values with a line of column names (RFC 4180), which no spreadsheet runs as a formula.
    package static func csv(
        _ columns: [String], _ fields: @escaping @Sendable (Item) -> [String]
    ) -> ItemEncoder {
        ItemEncoder("text/csv; charset=utf-8", opening: CSVLine.bytes(columns)) { item, _, out in
            out.writeBytes(CSVLine.bytes(fields(item)))
        }
    }
}

/// One line of comma-separated values.
enum CSVLine {
    static func bytes(_ fields: [String]) -> [UInt8] {
        Array(fields.map(field).joined(separator: ",").utf8) + [13, 10]
    }

    /// A field in quotes where it needs them, with a quote mark before what a spreadsheet would run.
    private static func field(_ text: String) -> String {
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) }
        let safe = isFormula == true ? "'" + text : text
        let needsQuotes = safe.utf8.contains { [34, 44, 13, 10].contains($0) }
        return needsQuotes ? "\"\(safe.replacing("\"", with: "\"\""))\"" : safe
    }
}
