import StrictJSON

/// Encodes a record from `"type"` on; sequence and time are put in front when it is committed.
///
/// Key order: seq, time, type, request, principal, client, action, resource, decision, gate, rule,
/// reason, policy, status, detail; of a record in brief: seq, time, type, request, action, decision, status, as.
enum RecordEncoder {
    /// Appends the rest of the line, up to the closing brace.
    ///
    /// - Returns: Where that begins which other records of its series may have in common with it.
    @discardableResult
    static func append(
        _ record: borrowing Record, to out: inout [UInt8]
    ) throws(AuditError) -> Int {
        if let detail = record.detail, !JSONCursor.isObject(detail) {
            throw .malformedDetail
        }
        appendHead(record, to: &out)
        let common = out.count
        if let identity = record.identity { out.append(contentsOf: identity.bytes) }
        append(action: record.action, to: &out)
        if let resource = record.resource { append(resource, to: &out) }
        appendDecision(record, to: &out)
        append(detail: record.detail, intent: record.intent, to: &out)
        out.append("}")
        return common
    }

    /// Appends the line of one that says the same as an earlier one, up to that one's sequence and the closing brace.
    static func appendBrief(_ record: borrowing Record, to out: inout [UInt8]) {
        appendHead(record, to: &out)
        append(action: record.action, to: &out)
        append(record.verdict, to: &out)
        append(status: record.status, to: &out)
        out.append(#","as":"#)
    }

    private static func appendHead(_ record: borrowing Record, to out: inout [UInt8]) {
        switch record.kind {
        case .decision: out.append(#""type":"decision""#)
        case .intent: out.append(#""type":"intent""#)
        case .outcome: out.append(#""type":"outcome""#)
        case .system: out.append(#""type":"system""#)
        case .aggregate: out.append(#""type":"aggregate""#)
        }
        if let request = record.request {
            out.append(#","request":""#)
            request.withUnsafeBytes { out.append(contentsOf: $0) }
            out.append("\"")
        }
    }

    private static func append(action: String, to out: inout [UInt8]) {
        out.append(#","action":"#)
        out.append(quoted: action)
    }

    private static func append(_ verdict: Verdict?, to out: inout [UInt8]) {
        switch verdict {
        case .allow: out.append(#","decision":"allow""#)
        case .deny: out.append(#","decision":"deny""#)
        case nil: break
        }
    }

    private static func append(status: UInt16?, to out: inout [UInt8]) {
        guard let status else { return }
        out.append(#","status":"#)
        out.append(decimal: UInt64(status))
    }

    private static func append(_ resource: ResourceFields, to out: inout [UInt8]) {
        out.append(#","resource":{"#)
        if let service = resource.service {
            out.append(#""service":"#)
            out.append(quoted: service)
            out.append(",")
        }
        out.append(#""namespace":"#)
        out.append(quoted: resource.namespace)
        if let id = resource.id {
            out.append(#","id":"#)
            out.append(quoted: id)
        }
        out.append("}")
    }

    private static func appendDecision(_ record: borrowing Record, to out: inout [UInt8]) {
        append(record.verdict, to: &out)
        if let gate = record.gate {
            out.append(#","gate":"#)
            out.append(quoted: gate)
        }
        if let rule = record.rule {
            out.append(#","rule":"#)
            out.append(quoted: rule)
        }
        if let reason = record.reason {
            out.append(#","reason":"#)
            out.append(quoted: reason)
        }
        if let policy = record.policy { out.append(contentsOf: policy.bytes) }
        append(status: record.status, to: &out)
    }

    private static func append(detail: [UInt8]?, intent: UInt64?, to out: inout [UInt8]) {
        guard let intent else {
            guard let detail else { return }
            out.append(#","detail":"#)
            out.append(contentsOf: detail)
            return
        }
        out.append(#","detail":{"intent":"#)
        out.append(decimal: intent)
        if let detail, detail.count > 2 {
            out.append(",")
            out.append(contentsOf: detail.dropFirst())
        } else {
            out.append("}")
        }
    }
}
