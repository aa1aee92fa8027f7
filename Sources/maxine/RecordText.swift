import StrictJSON

/// A record as one line for people.
enum RecordText {
    static func line(_ line: [UInt8]) -> String {
        guard let record = try? StrictJSON.parse(line) else {
            return String(decoding: line, as: UTF8.self)
        }
        return summary(of: record)
    }

    private static func summary(of record: JSONValue) -> String {
        var parts = [
            String(record["seq"]?.integer ?? 0), record["time"]?.string ?? "?",
            record["type"]?.string ?? "?", record["action"]?.string ?? "?",
        ]
        if let service = record["resource"]?["service"]?.string {
            parts.append(service + (record["resource"]?["id"]?.string.map { "/" + $0 } ?? ""))
        }
        if let principal = record["principal"]?["id"]?.string, !principal.isEmpty {
            parts.append("by " + principal)
        }
        if let decision = record["decision"]?.string { parts.append(decision) }
        if let rule = record["rule"]?.string { parts.append("rule " + rule) }
        if let status = record["status"]?.integer { parts.append(String(status)) }
        if let reason = record["reason"]?.string { parts.append("(\(reason))") }
        return parts.joined(separator: "  ")
    }
}
