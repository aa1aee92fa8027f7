public import Audit
internal import StrictJSON

/// One record of the log with its members read, ready for conversion.
public struct AuditEvent: Sendable {
    /// The place in the log, from 1.
    public let sequence: UInt64
    /// The line as it stands in the log, and its leaf hash.
    public let line: [UInt8]
    /// The leaf hash of the line.
    public let leaf: LeafHash
    /// The time as text and in nanoseconds since 1970.
    public let time: String
    /// The time, nanoseconds since 1970.
    public let nanoseconds: Int64
    /// The members; nil where the record has none.
    public let type: String
    /// The request's identifier.
    public let request: String?
    /// Who acted.
    public let principal: EventPrincipal?
    /// Where it came from.
    public let client: EventClient?
    /// The action's name.
    public let action: String
    /// The service.
    public let service: String?
    /// The namespace.
    public let namespace: String?
    /// The identifier.
    public let id: String?
    /// `allow` or `deny`.
    public let decision: String?
    /// The gate that decided.
    public let gate: String?
    /// The rule that decided.
    public let rule: String?
    /// Why, in one line.
    public let reason: String?
    /// The digest of the policy.
    public let policy: String?
    /// The answer's status.
    public let status: Int64?
    /// The detail as compact JSON.
    public let detail: String?

    /// Reads a line; nil if it is no record.
    public init?(line: [UInt8]) {
        guard let value = try? StrictJSON.parse(line), let sequence = value["seq"]?.integer,
            sequence > 0, let time = value["time"]?.string, let action = value["action"]?.string
        else { return nil }
        self.sequence = UInt64(sequence)
        self.line = line
        leaf = MerkleTree.leafHash(of: line)
        self.time = time
        nanoseconds = LogTime.parse(time) ?? 0
        type = value["type"]?.string ?? ""
        request = value["request"]?.string
        principal = value["principal"].map(EventPrincipal.init)
        client = value["client"].map(EventClient.init)
        self.action = action
        service = value["resource"]?["service"]?.string
        namespace = value["resource"]?["namespace"]?.string
        id = value["resource"]?["id"]?.string
        decision = value["decision"]?.string
        gate = value["gate"]?.string
        rule = value["rule"]?.string
        reason = value["reason"]?.string
        policy = value["policy"]?.string
        status = value["status"]?.integer
        detail = value["detail"].map { detail in
            var writer = JSONWriter()
            writer.value(detail)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }

    /// Milliseconds since 1970.
    var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// Whether the event is a failure: refused, or answered with an error.
    public var isFailure: Bool {
        decision == "deny" || (status ?? 0) >= 400 || type == "outcome" && status == nil
    }

    /// The service that acts, where the principal is one: the last segment of its SPIFFE ID.
    var actingService: String? {
        guard principal?.kind == "service" else { return nil }
        return principal?.id.split(separator: "/").last.map(String.init)
    }

    /// One line that people read.
    var summary: String {
        var parts = [action]
        if let service { parts.append(service + (id.map { "/\($0)" } ?? "")) }
        if let principal, !principal.id.isEmpty { parts.append("by \(principal.id)") }
        if let decision { parts.append(decision) }
        if let rule { parts.append("rule \(rule)") }
        if let reason { parts.append("(\(reason))") }
        return parts.joined(separator: " ")
    }
}

/// Who acted.
public struct EventPrincipal: Sendable, Equatable {
    /// The kind.
    public let kind: String
    /// The identifier.
    public let id: String
    /// How the principal proved itself.
    public let authentication: String
    /// The roles.
    public let roles: [String]

    init(_ value: JSONValue) {
        kind = value["kind"]?.string ?? ""
        id = value["id"]?.string ?? value["pseudonym"]?.string ?? ""
        authentication = value["auth"]?.string ?? ""
        if case .array(let items)? = value["roles"] {
            roles = items.compactMap(\.string)
        } else {
            roles = []
        }
    }
}

/// Where a request came from.
public struct EventClient: Sendable, Equatable {
    /// The address.
    public let ip: String?
    /// The TCP port.
    public let port: Int64?
    /// The TLS settings or version.
    public let tls: String?
    /// The client certificate, by serial or file.
    public let certificate: String?
    /// Whether the TLS session was resumed.
    public let isResumed: Bool?
    /// The user agent.
    public let agent: String?

    init(_ value: JSONValue) {
        ip = value["ip"]?.string
        port = value["port"]?.integer
        tls = value["tls"]?.string
        certificate = value["cert"]?.string
        isResumed = value["resumed"].flatMap {
            if case .bool(let flag) = $0 { flag } else { nil }
        }
        agent = value["agent"]?.string
    }
}
