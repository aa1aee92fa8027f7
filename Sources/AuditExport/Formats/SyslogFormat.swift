internal import Audit

/// Syslog messages (RFC 5424) with the proof of each record in a structured element.
enum SyslogFormat {
    /// The private enterprise number that RFC 5424 section 7.2.2 uses in examples.
    static let element = "maxine@32473"

    static func message(_ event: AuditEvent) -> String {
        let severity = severity(event)
        // Facility 13, log audit (RFC 5424 table 1); six digits of a second at most (section 6.2.3).
        let time = event.time.prefix(26) + "Z"
        let data: [(String, String?)] = [
            ("seq", String(event.sequence)), ("leaf", event.leaf.base64), ("type", event.type),
            ("request", event.request), ("principal", event.principal?.id),
            ("ip", event.client?.ip), ("service", event.service),
            ("namespace", event.namespace), ("instance", event.id),
            ("decision", event.decision), ("gate", event.gate), ("rule", event.rule),
            ("status", event.status.map(String.init)),
        ]
        let pairs = data.compactMap { name, value in
            value.flatMap { $0.isEmpty ? nil : "\(name)=\"\(parameter($0))\"" }
        }.joined(separator: " ")
        return "<\(13 * 8 + severity)>1 \(time) \(HostName.text) maxine - "
            + "\(header(event.action, max: 32)) [\(element) \(pairs)] "
            + String(decoding: event.line, as: UTF8.self)
    }

    /// The message with its length in front (RFC 6587 section 3.4.1, RFC 5425 section 4.3).
    static func counted(_ event: AuditEvent) -> [UInt8] {
        let bytes = Array(message(event).utf8)
        return Array("\(bytes.count) ".utf8) + bytes
    }

    private static func severity(_ event: AuditEvent) -> Int {
        switch max(EventKind.of(event.action).severity, event.isFailure ? 3 : 1) {
        case 1: 6
        case 2: 5
        case 3: 4
        default: 3
        }
    }

    /// Section 6.3.3: quotes, backslashes and closing brackets are escaped.
    private static func parameter(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" || scalar == "]" { out += "\\" }
            out.unicodeScalars.append(scalar.value < 0x20 ? " " : scalar)
        }
        return out
    }

    /// A header field: printable ASCII without spaces, or a dash.
    static func header(_ text: String, max: Int) -> String {
        let kept = text.unicodeScalars.filter { (0x21...0x7E).contains($0.value) }.prefix(max)
        return kept.isEmpty ? "-" : String(String.UnicodeScalarView(kept))
    }
}
