/// The forms in which records leave.
public enum ExportFormat: String, Sendable, CaseIterable {
    /// The records as they stand in the log.
    case jsonl
    /// RFC 4180 with fixed columns, safe in spreadsheets.
    case csv
    /// OCSF 1.8, one event a line.
    case ocsf
    /// ArcSight Common Event Format 0.
    case cef
    /// IBM Log Event Extended Format 2.0.
    case leef
    /// Elastic Common Schema 8, one document a line.
    case ecs
    /// OTLP logs in their JSON form, one request a line.
    case otlp
    /// RFC 5424, one message a line.
    case syslog

    /// Reads a name.
    ///
    /// - Throws: ``ExportError/invalid(parameter:why:)``.
    public init(parameter text: String) throws(ExportError) {
        guard let format = ExportFormat(rawValue: text) else {
            let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid(parameter: "format", why: "\(quoted(text)) is not one of \(known)")
        }
        self = format
    }

    /// The media type of an export.
    public var contentType: String {
        switch self {
        case .jsonl, .ocsf, .ecs, .otlp: "application/x-ndjson"
        case .csv: "text/csv; charset=utf-8; header=present"
        case .cef, .leef, .syslog: "text/plain; charset=utf-8"
        }
    }

    /// What an export begins with, newline included; nothing for most.
    public var header: [UInt8] { self == .csv ? Array((CSVFormat.header + "\n").utf8) : [] }

    /// Appends an event as one line with its newline.
    ///
    /// INVARIANT: exactly one newline, and the leaf hash stands in the line; the proof of an export relies on both.
    public func append(_ event: AuditEvent, to out: inout [UInt8]) {
        switch self {
        case .jsonl: out += event.line
        case .csv: out += CSVFormat.line(event).utf8
        case .ocsf: out += OCSFFormat.object(event)
        case .cef: out += CEFFormat.line(event).utf8
        case .leef: out += LEEFFormat.line(event).utf8
        case .ecs: out += ECSFormat.object(event)
        case .otlp: out += OTLPJSON.request([event])
        case .syslog: out += SyslogFormat.message(event).utf8
        }
        out.append(0x0A)
    }
}
