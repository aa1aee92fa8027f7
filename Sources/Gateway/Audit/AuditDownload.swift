internal import Audit
internal import AuditExport
internal import NIOCore
internal import Policy
internal import Wire

/// `GET /audit/export`: records in a format, streamed; or the proof of such an export; or a control matrix.
struct AuditDownload: SlowOperation {
    enum Part: String, CaseIterable {
        case records, proof
    }

    private let desk: AuditDesk?
    private let filter: RecordFilter
    private let format: ExportFormat
    private let size: UInt64?
    private let part: Part
    private let framework: Control.Framework?

    init(
        desk: AuditDesk?, parameters: [(name: String, value: String)], nowNanoseconds: Int64
    ) throws(ExportError) {
        var rest: [(name: String, value: String)] = []
        var format = ExportFormat.jsonl
        var size: UInt64?
        var part = Part.records
        var framework: Control.Framework?
        for (name, value) in parameters {
            switch name {
            case "format": format = try ExportFormat(parameter: value)
            case "size": size = try Self.number(value)
            case "part": part = try Self.word(name, value)
            case "framework": framework = try Self.word(name, value)
            default: rest.append((name: name, value: value))
            }
        }
        self.desk = desk
        self.format = format
        self.size = size
        self.part = part
        self.framework = framework
        filter = try RecordFilter(rest, nowNanoseconds: nowNanoseconds)
        if part == .proof, size == nil {
            throw .invalid(parameter: "size", why: "must name the size that the export had")
        }
    }

    private static func number(_ text: String) throws(ExportError) -> UInt64 {
        if let number = UInt64(text), number > 0 { return number }
        throw .invalid(parameter: "size", why: "'\(text.prefix(30))' is not a number from 1")
    }

    private static func word<T: RawRepresentable & CaseIterable>(
        _ name: String, _ text: String
    ) throws(ExportError) -> T where T.RawValue == String {
        if let word = T(rawValue: text) { return word }
        let known = T.allCases.map(\.rawValue).joined(separator: ", ")
        throw .invalid(parameter: name, why: "'\(text.prefix(30))' is not one of \(known)")
    }

    var resource: Resource { Resource() }
    var isChange: Bool { false }
    var intentDetail: [UInt8]? {
        Array(
            """
            {"filter":\(filter.json),"format":"\(format.rawValue)","part":"\(part.rawValue)"}
            """.utf8)
    }

    func perform(
        permit: consuming Permit, receipt: consuming Receipt, nowNanoseconds: Int64
    ) async -> SlowOutcome {
        guard permit.decisionID == receipt.decisionID, permit.operation.action == .auditExport
        else {
            return SlowOutcome(.failure(.internalError("permit and receipt are not for this")))
        }
        guard let desk else { return SlowOutcome(.failure(.noDesk)) }
        do throws(ExportError) {
            if let framework { return SlowOutcome(.success(try matrix(desk, framework))) }
            return SlowOutcome(.success(try stream(desk)))
        } catch {
            return SlowOutcome(.failure(Problem(of: error)))
        }
    }

    private func matrix(
        _ desk: AuditDesk, _ framework: Control.Framework
    ) throws(ExportError) -> Answer {
        let bytes = try ControlReport.csv(directory: desk.directory, frameworks: [framework])
        var answer = Answer(status: 200, body: ByteBuffer(bytes: bytes))
        answer.contentType = "text/csv; charset=utf-8; header=present"
        return answer
    }

    /// The size is pinned before the first byte, so that the proof can be asked for afterwards.
    private func stream(_ desk: AuditDesk) throws(ExportError) -> Answer {
        let end: UInt64
        if let size { end = size } else { end = try RecordExport.size(directory: desk.directory) }
        let (filter, format, part) = (filter, format, part)
        // Opened once here so that what can't be exported is an error, not a broken answer.
        _ = try RecordExport(
            directory: desk.directory, filter: filter, format: format, size: end)
        let body = StreamedBody(endsOnDrain: false) { writer in
            var export = try RecordExport(
                directory: desk.directory, filter: filter, format: format, size: end)
            while let chunk = try export.next() {
                let bytes = part == .proof ? chunk.proof : chunk.records
                if !bytes.isEmpty { try await writer.write(ByteBuffer(bytes: bytes)) }
                try Task.checkCancellation()
                await Task.yield()
            }
        }
        var answer = Answer(status: 200, contentType: Self.type(format, part), stream: body)
        answer.fields.append(.init("maxine-export-size", String(end)))
        return answer
    }

    private static func type(_ format: ExportFormat, _ part: Part) -> StaticString {
        if part == .proof { return "text/plain; charset=utf-8" }
        switch format {
        case .jsonl, .ocsf, .ecs, .otlp: return "application/x-ndjson"
        case .csv: return "text/csv; charset=utf-8; header=present"
        case .cef, .leef, .syslog: return "text/plain; charset=utf-8"
        }
    }
}
