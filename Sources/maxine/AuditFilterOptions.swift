import ArgumentParser
import Audit
import AuditExport

/// The flags that say which records are meant.
struct AuditFilterOptions: ParsableArguments {
    @Option(help: "From this time on: 2026-11-23T14:00:00Z, 2026-11-23, or a span back as 24h.")
    var from: String?
    @Option(help: "Before this time.") var to: String?
    @Option(help: "The principal's identifier, as its SPIFFE ID.") var principal: String?
    @Option(help: "The service that the record is about.") var service: String?
    @Option(help: "The namespace.") var namespace: String?
    @Option(help: "The action, as service.discover.") var action: String?
    @Option(help: "allow or deny.") var decision: String?
    @Option(help: "The rule that decided.") var rule: String?
    @Option(help: "decision, intent, outcome or system.") var type: String?

    var parameters: [(name: String, value: String)] {
        let all = [
            ("from", from), ("to", to), ("principal", principal), ("service", service),
            ("namespace", namespace), ("action", action), ("decision", decision), ("rule", rule),
            ("type", type),
        ]
        return all.compactMap { name, value in value.map { (name: name, value: $0) } }
    }

    func filter() throws -> RecordFilter {
        do {
            return try RecordFilter(
                parameters, nowNanoseconds: JournalConfiguration.systemClock())
        } catch {
            throw Failure(of: error)
        }
    }
}

extension Failure {
    /// The exit status and message of what went wrong with an export.
    init(of error: ExportError) {
        switch error {
        case .invalid(let parameter, let why):
            self.init(.usage, "maxine: --\(parameter) \(why)")
        case .document(let faults): self.init(.usage, faults.joined(separator: "\n"))
        case .damaged, .unproven: self.init(.verificationFailed, "\(error)")
        case .log, .file, .index, .unreachable: self.init(.failed, "maxine: \(error)")
        }
    }
}
