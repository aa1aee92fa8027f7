internal import Audit

/// ArcSight Common Event Format, version 0.
enum CEFFormat {
    static func line(_ event: AuditEvent) -> String {
        let kind = EventKind.of(event.action)
        let header = [
            "CEF:0", "Maxine", "Maxine", ProductVersion.text, event.action, kind.title,
            String(severity(event, kind)),
        ].map(headerField).joined(separator: "|")
        let extensions = fields(event).compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(name)=\(extensionValue($0))" }
        }
        return header + "| " + extensions.joined(separator: " ")
    }

    static func severity(_ event: AuditEvent, _ kind: EventKind) -> Int {
        min(10, max(kind.severity, event.isFailure ? 3 : 1) * 2)
    }

    private static func fields(_ event: AuditEvent) -> [(String, String?)] {
        [
            ("rt", String(event.milliseconds)), ("externalId", String(event.sequence)),
            ("cat", event.type), ("act", event.decision), ("outcome", outcome(event)),
            ("suser", event.principal?.id), ("spriv", roles(event)),
            ("src", v4(event)), ("c6a2", v6(event)),
            ("c6a2Label", v6(event).map { _ in "Source IPv6 Address" }),
            ("spt", event.client?.port.map(String.init)),
            ("requestClientApplication", event.client?.agent),
            ("destinationServiceName", event.service),
            ("reason", event.reason), ("cs1", event.rule),
            ("cs1Label", event.rule.map { _ in "rule" }),
            ("cs2", event.gate), ("cs2Label", event.gate.map { _ in "gate" }),
            ("cs3", event.leaf.base64), ("cs3Label", "leaf"),
            ("cs4", event.policy), ("cs4Label", event.policy.map { _ in "policy" }),
            ("cs5", instance(event)), ("cs5Label", instance(event).map { _ in "instance" }),
            ("cs6", event.detail), ("cs6Label", event.detail.map { _ in "detail" }),
            ("cn1", event.status.map(String.init)),
            ("cn1Label", event.status.map { _ in "status" }),
            ("msg", event.summary),
        ]
    }

    private static func outcome(_ event: AuditEvent) -> String {
        event.isFailure ? "failure" : "success"
    }

    private static func roles(_ event: AuditEvent) -> String? {
        event.principal?.roles.joined(separator: ",")
    }

    private static func instance(_ event: AuditEvent) -> String? {
        guard let id = event.id else { return nil }
        return "\(event.namespace ?? "default")/\(id)"
    }

    private static func v4(_ event: AuditEvent) -> String? {
        event.client?.ip.flatMap { $0.contains(":") ? nil : $0 }
    }

    private static func v6(_ event: AuditEvent) -> String? {
        event.client?.ip.flatMap { $0.contains(":") ? $0 : nil }
    }

    /// A header field escapes backslash and bar; it can't hold a line break.
    static func headerField(_ text: String) -> String {
        escape(text, ["\\", "|"], lineBreak: " ")
    }

    /// An extension's value escapes backslash and equals sign, and writes line breaks as `\n`.
    static func extensionValue(_ text: String) -> String {
        escape(text, ["\\", "="], lineBreak: "\\n")
    }

    private static func escape(
        _ text: String, _ marks: Set<Unicode.Scalar>, lineBreak: String
    ) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n", "\r", "\u{2028}", "\u{2029}", "\u{85}": out += lineBreak
            case "\u{00}"..<" ", "\u{7F}": out += " "
            default:
                if marks.contains(scalar) { out += "\\" }
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}

/// The product's version as exports name it.
enum ProductVersion {
    static let text = "1"
}
