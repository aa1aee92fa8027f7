import Audit
import AuditExport

/// One record of every kind, and records made of what breaks parsers.
enum EventSamples {
    static let all = EventKind.all.map(\.action)

    /// Allowed, refused and outcome records of each kind.
    static func record(_ number: Int) -> Record {
        let action = all[number % all.count]
        switch number / all.count {
        case 0:
            return Record(kind: .system, action: action, detail: Array(#"{"a":"b"}"#.utf8))
        case 1:
            var record = TestLog.sample(3)
            record.action = action
            return record
        default:
            return Record(
                kind: .outcome, identity: identity("alice"), action: action,
                resource: ResourceFields(service: "api", id: "i-1"), reason: "done", status: 201,
                intent: 1)
        }
    }

    static func identity(_ id: String, agent: String = "curl") -> IdentityFragment {
        IdentityFragment(
            principal: PrincipalFields(kind: "user", id: id, auth: "oidc", roles: ["operator"]),
            client: ClientFields(ip: "2001:db8::7", port: 1, agent: agent))
    }

    static let hostile = [
        "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\n=1", " =1", "\r@x",
        "a,b\"c;d", "back\\slash|bar=equals]bracket", "line\nbreak", "\u{FF1D}1", "|pipe", "%20",
        "tab\tinside", "plain", "ünïcödé 🦊", "\u{2028}=1", "{\"json\":1}", "a=b c=d", "'quoted'",
    ]

    static func hostileRecord(_ number: Int) -> Record {
        let text = hostile[number]
        return Record(
            kind: .decision, identity: identity(text, agent: text), action: "service.read",
            resource: ResourceFields(service: "api", id: text), verdict: .deny, gate: "acl",
            rule: text, reason: text, status: 403)
    }

    /// Whether a form without line breaks or blanks at the ends can't give the text back.
    static func isBroken(_ text: String) -> Bool {
        text.unicodeScalars.contains { $0.value < 0x20 || $0 == "\u{2028}" }
            || text.first == " " || text.last == " "
    }
}
