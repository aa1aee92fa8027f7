internal import Audit

/// The Open Cybersecurity Schema Framework, version 1.8.0.
enum OCSFFormat {
    static let version = "1.8.0"

    static func object(_ event: AuditEvent) -> [UInt8] {
        let kind = EventKind.of(event.action)
        return JSONBuilder.object { root in
            base(event, kind, &root)
            switch kind.ocsf.classID {
            case 3002: authentication(event, &root)
            case 3004: entity(event, kind, &root)
            case 6002: root.object("app") { $0.text("name", "maxine audit log") }
            case 2004: finding(event, &root)
            default: api(event, &root)
            }
        }
    }

    private static func base(_ event: AuditEvent, _ kind: EventKind, _ root: inout JSONBuilder) {
        root.number("class_uid", kind.ocsf.classID)
        root.number("category_uid", kind.ocsf.classID / 1000)
        root.number("activity_id", kind.ocsf.activity)
        root.number("type_uid", kind.ocsf.classID * 100 + kind.ocsf.activity)
        if kind.ocsf.activity == 99 { root.text("activity_name", kind.title) }
        root.number("time", event.milliseconds)
        root.number("severity_id", max(kind.severity, event.isFailure ? 3 : 1))
        root.number("status_id", status(event))
        root.text("status_code", event.status.map(String.init))
        root.text("status_detail", event.reason)
        root.text("message", event.summary)
        root.object("metadata") { part in
            part.text("version", version)
            part.object("product") { product in
                product.text("name", "Maxine")
                product.text("vendor_name", "Maxine")
                product.text("version", ProductVersion.text)
            }
            part.text("uid", event.leaf.base64)
            part.number("sequence", sequence(event))
            part.text("event_code", event.action)
            part.text("log_name", "audit")
            part.text("correlation_uid", event.request)
        }
        root.object("unmapped") { part in
            part.text("seq", String(event.sequence))
            part.text("leaf", event.leaf.base64)
            part.text("time", event.time)
            part.text("type", event.type)
            part.text("decision", event.decision)
            part.text("gate", event.gate)
            part.text("rule", event.rule)
            part.text("policy", event.policy)
            part.text("detail", event.detail)
            part.text("tls", event.client?.tls)
            part.text("certificate", event.client?.certificate)
            part.text("agent", event.client?.agent)
        }
    }

    /// OCSF's integers have 31 bits; the full sequence always stands in `unmapped`.
    private static func sequence(_ event: AuditEvent) -> UInt64? {
        event.sequence <= UInt64(Int32.max) ? event.sequence : nil
    }

    private static func status(_ event: AuditEvent) -> Int {
        event.type == "intent" ? 0 : event.isFailure ? 2 : 1
    }

    private static func api(_ event: AuditEvent, _ root: inout JSONBuilder) {
        actor(event, &root)
        root.object("api") { part in
            part.text("operation", event.action)
            part.object("service") { $0.text("name", "maxine") }
            if let request = event.request { part.object("request") { $0.text("uid", request) } }
            if let status = event.status { part.object("response") { $0.number("code", status) } }
        }
        source(event, &root)
        guard let service = event.service else { return }
        let resource = JSONBuilder.object { part in
            part.text("name", service)
            part.text("namespace", event.namespace)
            part.text("uid", event.id)
            part.text("type", "service")
        }
        root.objects("resources", [resource])
    }

    private static func authentication(_ event: AuditEvent, _ root: inout JSONBuilder) {
        root.object("user") { user(event, &$0) }
        root.object("service") { $0.text("name", "maxine") }
        root.text("auth_protocol", event.principal?.authentication)
        root.number("auth_protocol_id", 99)
        source(event, &root)
    }

    private static func entity(_ event: AuditEvent, _ kind: EventKind, _ root: inout JSONBuilder) {
        actor(event, &root)
        root.object("entity") { part in
            part.text("name", event.service ?? event.id ?? entityName(event))
            part.text("uid", event.id)
            part.text("type", String(event.action.prefix { $0 != "." }))
            part.text("data", nil)
        }
        root.text("comment", kind.title)
    }

    private static func entityName(_ event: AuditEvent) -> String {
        event.action.hasPrefix("policy.") ? event.policy ?? "policy" : event.action
    }

    private static func finding(_ event: AuditEvent, _ root: inout JSONBuilder) {
        root.object("finding_info") { part in
            part.text("uid", String(event.sequence))
            part.text("title", event.rule ?? event.action)
            part.text("desc", event.reason)
        }
        root.objects("evidences", [JSONBuilder.object { actor(event, &$0) }])
    }

    private static func actor(_ event: AuditEvent, _ root: inout JSONBuilder) {
        root.object("actor") { part in
            part.text("app_name", event.actingService ?? "maxine")
            if let principal = event.principal, !principal.id.isEmpty {
                part.object("user") { user(event, &$0) }
            }
            guard let decision = event.decision else { return }
            let authorization = JSONBuilder.object { item in
                item.text("decision", decision)
                if let rule = event.rule {
                    item.object("policy") { policy in
                        policy.text("uid", rule)
                        policy.text("name", rule)
                        policy.text("version", event.policy)
                    }
                }
            }
            part.objects("authorizations", [authorization])
        }
    }

    private static func user(_ event: AuditEvent, _ part: inout JSONBuilder) {
        let id = event.principal.flatMap { $0.id.isEmpty ? nil : $0.id }
        part.text("uid", id ?? "anonymous")
        part.text("name", id ?? "anonymous")
        part.number("type_id", event.principal?.kind == "user" ? 1 : id == nil ? 0 : 4)
        let groups = (event.principal?.roles ?? []).map { role in
            JSONBuilder.object { $0.text("name", role) }
        }
        if !groups.isEmpty { part.objects("groups", groups) }
    }

    private static func source(_ event: AuditEvent, _ root: inout JSONBuilder) {
        root.object("src_endpoint") { part in
            part.text("name", event.actingService ?? "maxine")
            part.text("ip", event.client?.ip.flatMap { $0.isEmpty ? nil : $0 })
            part.number("port", event.client?.port)
        }
    }
}
