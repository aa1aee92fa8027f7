import ArgumentParser
import Audit
import Foundation

struct AuditRotateKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key",
        abstract: "Make a new key for checkpoints; the gateway takes it over within a second.",
        discussion: "Run it as the gateway's user. The old key endorses the new one in the log.")

    @OptionGroup var directory: AuditDirectory

    func run() throws {
        let path = try directory.path()
        let key = try EvidenceFiles.run { () throws(AuditError) in
            try LogKeys(directory: path).prepareNext()
        }
        Terminal.print("\(key)")
    }
}

struct AuditPublish: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Write the log as static tiles (C2SP tlog-tiles) that any client can read.")

    @OptionGroup var directory: AuditDirectory
    @Option(help: "The folder to write.") var out: String

    func run() throws {
        let path = try directory.path()
        let out = out
        let size = try EvidenceFiles.run { () throws(AuditError) in
            try LogEvidence(directory: path).publish(to: out)
        }
        Terminal.print("published \(size) records to \(out)")
    }
}
