import ArgumentParser
import Audit
import Foundation
import StrictJSON

struct AuditCheckpoint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract: "Print the log's newest signed checkpoint, or the keys that check it.")

    @OptionGroup var directory: AuditDirectory
    @Flag(help: "Print the verifier keys, the newest last, instead.") var keys = false
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let evidence = LogEvidence(directory: try directory.path())
        if keys {
            let keys = try EvidenceFiles.run { () throws(AuditError) in try evidence.keys() }
            if json {
                return Terminal.print(jsonText(.array(keys.map { .string("\($0)") })))
            }
            return Terminal.print(keys.map { "\($0)" }.joined(separator: "\n"))
        }
        let signed = try EvidenceFiles.run { () throws(AuditError) in try evidence.checkpoint() }
        guard let signed else { throw Failure(.failed, "maxine: the log has no checkpoint yet") }
        guard json else {
            return FileHandle.standardOutput.write(Data(signed.note.description.utf8))
        }
        Terminal.print(
            jsonText(
                .object([
                    .text("origin", signed.checkpoint.origin),
                    .text("size", String(signed.checkpoint.size)),
                    .text("root", signed.checkpoint.root.base64),
                    .text("note", signed.note.description),
                ])))
    }
}

struct AuditProve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that a record stands in the log, or check such a proof offline.",
        discussion: """
            prove 17                         the proof of record 17, as C2SP tlog-proof text
            prove --since 12                 that the log only grew since it had 12 records
            prove --check FILE --key FILE    reads the record's line from standard input
            """)

    @OptionGroup var directory: AuditDirectory
    @Argument(help: "The record's sequence.") var sequence: UInt64?
    @Option(help: "Prove consistency with an earlier size.") var since: UInt64?
    @Option(help: "Check this proof of the record on standard input.") var check: String?
    @Option(help: "A file of verifier keys, for --check.") var key: [String] = []

    func run() throws {
        if let check { return try verify(check) }
        let evidence = LogEvidence(directory: try directory.path())
        let text = try EvidenceFiles.run { () throws(AuditError) -> String in
            guard let signed = try evidence.checkpoint() else {
                throw .noProof("the log has no checkpoint yet")
            }
            if let since {
                return try evidence.consistency(from: since, under: signed).description
            }
            guard let sequence else { return "" }
            return try evidence.proof(of: sequence, under: signed).description
        }
        if text.isEmpty {
            throw Failure(.usage, "maxine: name a record's sequence, --since or --check")
        }
        FileHandle.standardOutput.write(Data(text.utf8))
    }

    private func verify(_ path: String) throws {
        let keys = try EvidenceFiles.keys(key)
        guard !keys.isEmpty else { throw Failure(.usage, "maxine: --check needs --key") }
        var line = [UInt8](FileHandle.standardInput.readDataToEndOfFile())
        if line.last == 0x0A { line.removeLast() }
        do throws(NoteError) {
            let proof = try TlogProof(try TextOf(path).text)
            guard try proof.holds(forLine: line, keys: keys) else {
                throw NoteError.wrongSignature(key: "the tree")
            }
            Terminal.print(
                "record \(proof.index + 1) stands in \(proof.checkpoint.checkpoint.origin), "
                    + "signed at \(proof.checkpoint.checkpoint.size) records")
        } catch .wrongSignature(let name) where name == "the tree" {
            throw Failure(.verificationFailed, "\(path): the record does not lead to the root")
        } catch {
            throw Failure(.verificationFailed, "\(path): \(error)")
        }
    }
}

/// A file's text, as a note error where it can't be read.
private struct TextOf {
    let text: String

    init(_ path: String) throws(NoteError) {
        guard let text = try? EvidenceFiles.text(path) else { throw .malformedNote }
        self.text = text
    }
}
