public import Audit

/// Why a query, an export, a bundle or an alert rule could not be done.
public enum ExportError: Error, Equatable, Sendable {
    /// A parameter is malformed: its name and what is wrong.
    case invalid(parameter: String, why: String)
    /// A file of rules or exporters is malformed: every fault with its place.
    case document(faults: [String])
    /// The log can't be read.
    case log(AuditError)
    /// The log is damaged.
    case damaged(file: String, line: Int, why: String)
    /// A file can't be read or written.
    case file(path: String, why: String)
    /// The index can't be used.
    case index(String)
    /// What should prove an export doesn't.
    case unproven(file: String, line: Int, why: String)
    /// Nothing was ready within the time given.
    case unreachable(String)

    /// The stable name of the error for logs and metrics.
    public var code: String {
        switch self {
        case .invalid: "export_invalid"
        case .document: "export_document"
        case .log: "export_log"
        case .damaged: "export_log_damaged"
        case .file: "export_file"
        case .index: "export_index"
        case .unproven: "export_unproven"
        case .unreachable: "export_unreachable"
        }
    }
}

extension ExportError: CustomStringConvertible {
    /// The error in one line, or a line each fault of a document.
    public var description: String {
        switch self {
        case .invalid(let parameter, let why): "\(parameter): \(why)"
        case .document(let faults): faults.joined(separator: "\n")
        case .log(let error): "\(error)"
        case .damaged(let file, let line, let why): "\(file):\(line): \(why)"
        case .file(let path, let why): "\(path): \(why)"
        case .index(let why): "index: \(why)"
        case .unproven(let file, let line, let why): "\(file):\(line): \(why)"
        case .unreachable(let why): why
        }
    }
}

/// Quotes outside text for a message, cut at 60 characters.
func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(60).map { $0.escaped(asASCII: false) }.joined()
    return "'\(shown)\(text.unicodeScalars.count > 60 ? "…" : "")'"
}
