import ArgumentParser
import Audit
import Gateway

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log.",
        subcommands: [
            AuditVerify.self, AuditCheckpoint.self, AuditProve.self, AuditTail.self,
            AuditAcceptLoss.self,
            AuditRotateKey.self, AuditTimestamp.self, AuditHold.self, AuditEraseSubject.self,
            AuditCoverageCommand.self,
        ])
}

/// The folder of the log: named, or the configuration's.
struct AuditDirectory: ParsableArguments {
    @Option(help: "The audit folder; default: the configuration's.") var dir: String?
    @OptionGroup var configuration: ConfigurationOption

    func path() throws -> String {
        if let dir { return dir }
        return try configuration.load().configuration.auditDirectory
    }

    /// Where the keys of persons lie: beside the folder that is named.
    func personsPath() throws -> String {
        if let dir { return dir + "/../persons.sqlite" }
        return try configuration.load().configuration.personsPath
    }
}
