/// What a condition looks at.
enum AlertField: String, CaseIterable, Sendable {
    case action, group, type, decision, gate, rule, principal, role, service, namespace, status
    case clientIP = "client_ip"

    func values(of event: AuditEvent) -> [String] {
        switch self {
        case .action: [event.action]
        case .group: [EventKind.of(event.action).group.rawValue]
        case .type: [event.type]
        case .decision: event.decision.map { [$0] } ?? []
        case .gate: event.gate.map { [$0] } ?? []
        case .rule: event.rule.map { [$0] } ?? []
        case .principal: event.principal.map { [$0.id] } ?? []
        case .role: event.principal?.roles ?? []
        case .service: event.service.map { [$0] } ?? []
        case .namespace: event.namespace.map { [$0] } ?? []
        case .status: event.status.map { [String($0)] } ?? []
        case .clientIP: event.client?.ip.map { [$0] } ?? []
        }
    }
}

/// Conditions, all of which must hold; each lists values, one of which must fit, `prefix*` among them.
struct AlertMatch: Sendable, Equatable {
    var conditions: [AlertField: [String]] = [:]

    func holds(for event: AuditEvent) -> Bool {
        conditions.allSatisfy { field, patterns in
            let values = field.values(of: event)
            return patterns.contains { pattern in
                values.contains { value in
                    pattern.hasSuffix("*")
                        ? value.hasPrefix(pattern.dropLast()) : value == pattern
                }
            }
        }
    }
}

/// A number that is no record: what the gateway measures.
enum AlertSignal: String, CaseIterable, Sendable {
    /// Records that an exporter has still to send.
    case exporterLag = "exporter_lag"
    /// The free part of the disk that holds the log, in percent.
    case diskFreePercent = "disk_free_percent"
}

/// One rule: so many events that fit within a window, or such an event after so many others, or a number out of bounds.
struct AlertRule: Sendable {
    enum Trigger: Sendable {
        case count(AlertMatch, atLeast: Int)
        case follows(AlertMatch, after: AlertMatch, atLeast: Int)
        case signal(AlertSignal, above: Int?, below: Int?)
    }

    var id: String
    var title: String
    var severity: AlertSeverity
    var trigger: Trigger
    var windowSeconds: Int
    var by: AlertField?
    var outputs: [String]
}

/// How bad an alert is.
public enum AlertSeverity: String, CaseIterable, Sendable {
    case low, medium, high, critical
}

/// An alert that fired.
public struct Alert: Sendable, Equatable {
    /// The rule's id and title.
    public var rule: String
    /// A short title for people.
    public var title: String
    /// How bad it is.
    public var severity: AlertSeverity
    /// For whom it was counted: a principal, an address; empty without a group.
    public var subject: String
    /// How many events led to it, or the number that is out of bounds.
    public var count: Int
    /// The record that set it off; 0 for a measured number.
    public var sequence: UInt64
    /// When, nanoseconds since 1970.
    public var nanoseconds: Int64
    /// Where it goes.
    public var outputs: [String]
}
