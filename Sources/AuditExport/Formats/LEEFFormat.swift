internal import Audit

/// IBM's Log Event Extended Format 2.0 with the tab as delimiter.
enum LEEFFormat {
    static func line(_ event: AuditEvent) -> String {
        let kind = EventKind.of(event.action)
        let header = [
            "LEEF:2.0", "Maxine", "Maxine", ProductVersion.text, clean(event.action, bar: true),
            "x09",
        ].joined(separator: "|")
        let fields: [(String, String?)] = [
            ("devTime", event.time), ("devTimeFormat", "yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSS'Z'"),
            ("cat", kind.group.rawValue), ("sev", String(CEFFormat.severity(event, kind))),
            ("seq", String(event.sequence)), ("type", event.type), ("request", event.request),
            ("usrName", event.principal?.id), ("accountName", event.principal?.kind),
            ("authMethod", event.principal?.authentication),
            ("role", event.principal?.roles.joined(separator: ",")),
            ("src", event.client?.ip), ("srcPort", event.client?.port.map(String.init)),
            ("clientCert", event.client?.certificate), ("agent", event.client?.agent),
            ("resource", event.service), ("namespace", event.namespace), ("instance", event.id),
            ("decision", event.decision), ("gate", event.gate), ("policyRule", event.rule),
            ("reason", event.reason), ("policyDigest", event.policy),
            ("status", event.status.map(String.init)), ("detail", event.detail),
            ("leaf", event.leaf.base64),
        ]
        let attributes = fields.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(name)=\(clean($0))" }
        }
        return header + "|" + attributes.joined(separator: "\t")
    }

    /// LEEF has no escapes: what would end a field becomes a space.
    private static func clean(_ text: String, bar: Bool = false) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    let ends = scalar.value < 0x20 || scalar.value == 0x7F
                    let breaks = ["\u{2028}", "\u{2029}", "\u{85}"].contains(scalar)
                    return ends || breaks || (bar && scalar == "|") ? " " : scalar
                }))
    }
}
