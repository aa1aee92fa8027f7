internal import Audit

/// Elastic Common Schema, version 8.
enum ECSFormat {
    static let version = "8.11.0"

    static func object(_ event: AuditEvent) -> [UInt8] {
        let kind = EventKind.of(event.action)
        return JSONBuilder.object { root in
            root.text("@timestamp", event.time)
            root.object("ecs") { $0.text("version", version) }
            root.object("event") { part in
                part.text("kind", kind.group == .alert ? "alert" : "event")
                part.texts("category", [category(kind)])
                part.texts("type", types(event, kind))
                part.text("action", event.action)
                part.text("outcome", outcome(event))
                part.text("id", String(event.sequence))
                part.number("sequence", event.sequence)
                part.text("reason", event.reason)
                part.number("severity", kind.severity)
                part.text("provider", "maxine")
                part.text("hash", event.leaf.base64)
            }
            root.text("message", event.summary)
            who(event, &root)
            if event.rule != nil || event.gate != nil {
                root.object("rule") { part in
                    part.text("id", event.rule)
                    part.text("category", event.gate)
                    part.text("version", event.policy)
                }
            }
            maxine(event, &root)
        }
    }

    private static func who(_ event: AuditEvent, _ root: inout JSONBuilder) {
        if let principal = event.principal, !principal.id.isEmpty {
            root.object("user") { part in
                part.text("id", principal.id)
                part.texts("roles", principal.roles)
            }
        }
        if let client = event.client {
            root.object("source") { part in
                part.text("ip", client.ip.flatMap { $0.isEmpty ? nil : $0 })
                part.number("port", client.port)
            }
            if let agent = client.agent {
                root.object("user_agent") { $0.text("original", agent) }
            }
            if let version = client.tls {
                root.object("tls") { part in
                    part.text("version", version)
                    part.text("version_protocol", "tls")
                    part.flag("resumed", client.isResumed)
                    if let serial = client.certificate {
                        part.object("client") { tls in
                            tls.object("x509") { $0.text("serial_number", serial.uppercased()) }
                        }
                    }
                }
            }
        }
        if let service = event.service { root.object("service") { $0.text("name", service) } }
        if let request = event.request {
            root.object("http") { http in
                http.object("request") { $0.text("id", request) }
                if let status = event.status {
                    http.object("response") { $0.number("status_code", status) }
                }
            }
        }
    }

    private static func maxine(_ event: AuditEvent, _ root: inout JSONBuilder) {
        root.object("maxine") { part in
            part.number("seq", event.sequence)
            part.text("type", event.type)
            part.text("leaf", event.leaf.base64)
            part.text("decision", event.decision)
            part.text("auth", event.principal?.authentication)
            part.text("principal_kind", event.principal?.kind)
            part.text("namespace", event.namespace)
            part.text("instance", event.id)
            part.text("detail", event.detail)
        }
    }

    private static func category(_ kind: EventKind) -> String {
        switch kind.ocsf.classID {
        case 3002: "authentication"
        case 3004, 3005: kind.group == .credential ? "iam" : "configuration"
        case 6002: "process"
        case 2004: "intrusion_detection"
        default: "api"
        }
    }

    private static func types(_ event: AuditEvent, _ kind: EventKind) -> [String] {
        if event.decision == "deny" { return ["denied"] }
        switch (kind.ocsf.classID, kind.ocsf.activity) {
        case (3002, 1), (6002, 3): return ["start"]
        case (3002, _), (6002, 4): return ["end"]
        case (6003, 1), (3004, 1), (3004, 6): return ["creation"]
        case (6003, 2), (3004, 2): return ["access"]
        case (6003, 3), (3004, _): return ["change"]
        case (6003, 4): return ["deletion"]
        default: return ["info"]
        }
    }

    private static func outcome(_ event: AuditEvent) -> String {
        if event.type == "intent" { return "unknown" }
        return event.isFailure ? "failure" : "success"
    }
}
