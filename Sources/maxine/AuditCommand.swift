import ArgumentParser
import Audit
import Gateway
import Glibc
import Text

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log.",
        subcommands: [
            AuditVerify.self, AuditCheckpoint.self, AuditProve.self, AuditTail.self,
            AuditQuery.self,
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

    /// The folder, for those who read the log: an error where there is none, since none is not an empty one.
    func logPath() throws -> String {
        let folder = try path()
        guard access(folder + "/segments", R_OK | X_OK) == 0 else {
            let reason = errno == ENOENT ? "there is no log" : errnoText(errno)
            throw Failure(.failed, "maxine: \(folder)/segments: \(reason)")
        }
        return folder
    }

    /// Where the keys of persons lie: beside the folder that is named.
    func personsPath() throws -> String {
        if let dir { return dir + "/../persons.sqlite" }
        return try configuration.load().configuration.personsPath
    }
}
