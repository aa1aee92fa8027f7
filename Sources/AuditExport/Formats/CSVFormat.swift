internal import Audit

/// Comma-separated values (RFC 4180) that no spreadsheet runs as a formula.
enum CSVFormat {
    static let columns: [(name: String, value: @Sendable (AuditEvent) -> String?)] = [
        ("seq", { String($0.sequence) }), ("time", { $0.time }), ("type", { $0.type }),
        ("request", { $0.request }), ("principal_kind", { $0.principal?.kind }),
        ("principal", { $0.principal?.id }), ("auth", { $0.principal?.authentication }),
        ("roles", { $0.principal?.roles.joined(separator: " ") }),
        ("client_ip", { $0.client?.ip }), ("client_port", { $0.client?.port.map(String.init) }),
        ("tls", { $0.client?.tls }), ("client_cert", { $0.client?.certificate }),
        ("agent", { $0.client?.agent }), ("action", { $0.action }), ("service", { $0.service }),
        ("namespace", { $0.namespace }), ("id", { $0.id }), ("decision", { $0.decision }),
        ("gate", { $0.gate }), ("rule", { $0.rule }), ("reason", { $0.reason }),
        ("policy", { $0.policy }), ("status", { $0.status.map(String.init) }),
        ("detail", { $0.detail }), ("leaf", { "sha256:" + $0.leaf.base64 }),
    ]

    static let header = columns.map(\.name).joined(separator: ",")

    static func line(_ event: AuditEvent) -> String {
        columns.map { field($0.value(event) ?? "") }.joined(separator: ",")
    }

    /// A field: a quote in front of what a spreadsheet would run, line breaks shown, quotes doubled.
    static func field(_ text: String) -> String {
        var safe = ""
        if let first = text.unicodeScalars.first(where: { !isSkipped($0) }), isTrigger(first) {
            safe = "'"
        } else if let first = text.unicodeScalars.first, isSkipped(first), first != " " {
            safe = "'"
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n": safe += "\\n"
            case "\r": safe += "\\r"
            case "\t": safe += "\\t"
            case "\u{00}"..<" ", "\u{7F}", "\u{2028}", "\u{2029}", "\u{85}":
                safe += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        guard safe.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || $0 == ";" }) else {
            return safe
        }
        return "\"" + safe.replacing("\"", with: "\"\"") + "\""
    }

    /// What begins a formula in some spreadsheet, full-width forms among them.
    private static func isTrigger(_ scalar: Unicode.Scalar) -> Bool {
        ["=", "+", "-", "@", "|", "%", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}"].contains(
            scalar)
    }

    /// What spreadsheets pass over before they look for a formula.
    private static func isSkipped(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || scalar.value < 0x20
    }
}
