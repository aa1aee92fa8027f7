internal import Audit
internal import AuditExport
internal import Policy
internal import Wire

/// The rows by which the audit log is read and exported; what is asked stands in the record of the asking.
enum AuditRoutes {
    /// The rows; without a desk they can only be described.
    static func rows(_ desk: AuditDesk?) -> [Route] {
        [
            Route(
                .get, ["audit", "records"], .auditRead,
                query: [
                    "from", "to", "principal", "service", "namespace", "action", "decision",
                    "rule", "type", "limit", "before",
                ]
            ) { input throws(Problem) in
                let query: RecordQuery
                do throws(ExportError) {
                    query = try RecordQuery(
                        parameters: pairs(input.query),
                        nowNanoseconds: JournalConfiguration.systemClock())
                } catch {
                    throw Problem(of: error)
                }
                return .slow(AuditSearch(desk: desk, query: query))
            },
            Route(
                .get, ["audit", "export"], .auditExport,
                query: [
                    "from", "to", "principal", "service", "namespace", "action", "decision",
                    "rule", "type", "format", "size", "part", "framework",
                ]
            ) { input throws(Problem) in
                do throws(ExportError) {
                    return .slow(
                        try AuditDownload(
                            desk: desk, parameters: pairs(input.query),
                            nowNanoseconds: JournalConfiguration.systemClock()))
                } catch {
                    throw Problem(of: error)
                }
            },
        ]
    }

    private static func pairs(_ query: Query) -> [(name: String, value: String)] {
        (0..<query.count).compactMap { index in
            query.pair(index).map { (name: $0.key, value: $0.value) }
        }
    }
}

extension Problem {
    /// What an export's error is to a client; paths of this machine stay here.
    init(of error: ExportError) {
        switch error {
        case .invalid(let parameter, let why):
            self = .malformed("query parameter \(quote(parameter)) \(why)")
        case .document, .log, .file, .index, .unreachable:
            self = Problem(
                status: 503, code: "audit-unreadable", title: "audit log unreadable",
                detail: "the audit log can't be read now (\(error.code))", retryAfterSeconds: 1)
        case .damaged(_, let line, let why), .unproven(_, let line, let why):
            self = Problem(
                status: 503, code: "audit-damaged", title: "audit log damaged",
                detail: "the audit log is damaged at line \(line) of a segment: \(why)")
        }
    }

    /// The row is only described.
    static let noDesk = Problem(
        status: 503, code: "audit-unreadable", title: "audit log unreadable",
        detail: "the audit log can't be read here")
}
