internal import Audit
internal import StrictJSON

/// Which records are asked for; a member that is nil asks for all.
public struct RecordFilter: Sendable, Equatable {
    /// The first time, inclusive, and the last, exclusive; nanoseconds since 1970.
    public var from: Int64?
    /// The last time, exclusive; nanoseconds since 1970.
    public var to: Int64?
    /// The principal's identifier, exactly.
    public var principal: String?
    /// The service and namespace that a record is about, exactly.
    public var service: String?
    /// The namespace.
    public var namespace: String?
    /// The action's name, exactly.
    public var action: String?
    /// `allow` or `deny`.
    public var decision: String?
    /// The rule that decided, exactly.
    public var rule: String?
    /// `decision`, `intent`, `outcome` or `system`.
    public var type: String?

    /// Asks for all records.
    public init() {}

    /// The parameters that make a filter, as flags and query parameters name them.
    public static let parameters = [
        "from", "to", "principal", "service", "namespace", "action", "decision", "rule", "type",
    ]

    /// Reads parameters.
    ///
    /// - Throws: ``ExportError/invalid(parameter:why:)`` for the first that is malformed or unknown.
    public init(_ pairs: [(name: String, value: String)], nowNanoseconds: Int64) throws(ExportError)
    {
        var seen: Set<String> = []
        for (name, value) in pairs {
            guard seen.insert(name).inserted else {
                throw .invalid(parameter: name, why: "stands more than once")
            }
            try set(name, value, nowNanoseconds)
        }
        if let from, let to, from >= to {
            throw .invalid(parameter: "to", why: "is not after 'from'")
        }
    }

    private mutating func set(
        _ name: String, _ value: String, _ now: Int64
    ) throws(ExportError) {
        guard !value.isEmpty, value.utf8.count <= ExportLimits.filterValueBytesMax else {
            throw .invalid(
                parameter: name,
                why: "must have 1 to \(ExportLimits.filterValueBytesMax) bytes")
        }
        switch name {
        case "from": from = try Self.time(name, value, now)
        case "to": to = try Self.time(name, value, now)
        case "principal": principal = value
        case "service": service = value
        case "namespace": namespace = value
        case "action": action = value
        case "decision": decision = try Self.word(name, value, ["allow", "deny"])
        case "rule": rule = value
        case "type":
            type = try Self.word(name, value, RecordKind.allCases.map(\.rawValue))
        default:
            let known = Self.parameters.joined(separator: ", ")
            throw .invalid(parameter: name, why: "is unknown; known are \(known)")
        }
    }

    private static func time(
        _ name: String, _ value: String, _ now: Int64
    ) throws(ExportError) -> Int64 {
        if let time = FilterTime.parse(value, nowNanoseconds: now) { return time }
        throw .invalid(parameter: name, why: "\(quoted(value)) is not \(FilterTime.form)")
    }

    private static func word(
        _ name: String, _ value: String, _ known: [String]
    ) throws(ExportError) -> String {
        if known.contains(value) { return value }
        throw .invalid(
            parameter: name, why: "\(quoted(value)) is not one of \(known.joined(separator: ", "))")
    }

    /// Whether nothing is left out.
    public var isEmpty: Bool { self == RecordFilter() }

    /// Whether a record is asked for.
    func matches(_ facts: RecordFacts) -> Bool {
        if let from, facts.nanoseconds < from { return false }
        if let to, facts.nanoseconds >= to { return false }
        if let principal, facts.principal != principal { return false }
        if let service, facts.service != service { return false }
        if let namespace, facts.namespace != namespace { return false }
        if let action, facts.action != action { return false }
        if let decision, facts.decision != decision { return false }
        if let rule, facts.rule != rule { return false }
        if let type, facts.type != type { return false }
        return true
    }

    /// The filter as one canonical JSON object, for proofs and records.
    public var json: String {
        let members: [(String, String?)] = [
            ("from", from.map(LogTime.text)), ("to", to.map(LogTime.text)),
            ("principal", principal), ("service", service), ("namespace", namespace),
            ("action", action), ("decision", decision), ("rule", rule), ("type", type),
        ]
        var writer = JSONWriter()
        writer.value(
            .object(
                members.compactMap { name, value in
                    value.map { JSONMember(name: name, value: .string($0)) }
                }))
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Reads what ``json`` gives.
    init(json text: String) throws(ExportError) {
        guard let value = try? StrictJSON.parse(Array(text.utf8)),
            case .object(let members) = value
        else { throw .invalid(parameter: "filter", why: "is not a JSON object") }
        try self.init(
            members.map { (name: $0.name, value: $0.value.string ?? "") }, nowNanoseconds: 0)
    }
}
