internal import Audit

/// What one event is in OpenTelemetry's log data model.
struct OTLPRecord {
    enum Value {
        case text(String)
        case number(Int64)
        case flag(Bool)
    }

    static let scopeName = "maxine.audit"
    static let resource: [(String, Value)] = [
        ("service.name", .text("maxine")), ("service.version", .text(ProductVersion.text)),
        ("host.name", .text(HostName.text)),
    ]

    let timeUnixNano: UInt64
    let severity: Int
    let severityText: String
    let body: String
    let eventName: String
    let attributes: [(String, Value)]

    init(_ event: AuditEvent) {
        timeUnixNano = UInt64(clamping: event.nanoseconds)
        switch max(EventKind.of(event.action).severity, event.isFailure ? 3 : 1) {
        case 1: (severity, severityText) = (9, "INFO")
        case 2: (severity, severityText) = (10, "INFO2")
        case 3: (severity, severityText) = (13, "WARN")
        default: (severity, severityText) = (17, "ERROR")
        }
        body = String(decoding: event.line, as: UTF8.self)
        eventName = "maxine." + event.action
        let texts: [(String, String?)] = [
            ("maxine.leaf", event.leaf.base64), ("maxine.type", event.type),
            ("maxine.action", event.action), ("maxine.request", event.request),
            ("enduser.id", event.principal.flatMap { $0.id.isEmpty ? nil : $0.id }),
            ("maxine.principal.kind", event.principal?.kind),
            ("maxine.auth", event.principal?.authentication),
            ("client.address", event.client?.ip), ("maxine.service", event.service),
            ("maxine.namespace", event.namespace), ("maxine.instance", event.id),
            ("maxine.decision", event.decision), ("maxine.gate", event.gate),
            ("maxine.rule", event.rule), ("maxine.reason", event.reason),
            ("maxine.policy", event.policy),
        ]
        var all: [(String, Value)] = [("maxine.seq", .number(Int64(clamping: event.sequence)))]
        all += texts.compactMap { name, value in value.map { (name, .text($0)) } }
        if let status = event.status { all.append(("maxine.status", .number(status))) }
        if let port = event.client?.port { all.append(("client.port", .number(port))) }
        if let resumed = event.client?.isResumed { all.append(("tls.resumed", .flag(resumed))) }
        attributes = all
    }
}
