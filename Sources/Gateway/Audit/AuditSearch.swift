internal import Audit
internal import AuditExport
internal import Policy
internal import StrictJSON

/// `GET /audit/records`: the newest records that fit.
struct AuditSearch: SlowOperation {
    let desk: AuditDesk?
    let query: RecordQuery

    var resource: Resource { Resource() }
    var isChange: Bool { false }
    /// The question itself: access to the log is recorded with what was looked for (PCI DSS 10.2.1.3).
    var intentDetail: [UInt8]? { Array("{\"filter\":\(query.filter.json)}".utf8) }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) async -> SlowOutcome {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == .auditRead else {
            return SlowOutcome(.failure(.internalError("permit and receipt are not for this")))
        }
        guard let desk else { return SlowOutcome(.failure(.noDesk)) }
        do throws(ExportError) {
            return SlowOutcome(.success(Self.encode(try desk.engine.answer(query))))
        } catch {
            return SlowOutcome(.failure(Problem(of: error)))
        }
    }

    private static func encode(_ answer: QueryAnswer) -> Answer {
        var writer = JSONWriter(capacity: 1024 + answer.records.count * 512)
        writer.raw("{\"size\":")
        writer.integer(answer.size)
        if let next = answer.next {
            writer.raw(",\"before\":")
            writer.integer(next)
        }
        writer.raw(",\"records\":[")
        for (index, record) in answer.records.enumerated() {
            writer.raw(index > 0 ? ",{\"leaf\":" : "{\"leaf\":")
            writer.string(record.leaf.base64)
            writer.raw(",\"record\":")
            writer.raw(record.line)
            writer.raw("}")
        }
        writer.raw("]}")
        return Answer(status: 200, json: writer.bytes)
    }
}
