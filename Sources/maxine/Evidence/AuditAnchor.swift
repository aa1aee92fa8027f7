import ArgumentParser
import AsyncHTTPClient
import Audit
import Foundation
import NIOCore
import NIOHTTP1

struct AuditAnchor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anchor",
        abstract: "Let others attest the log's newest checkpoint: a witness, or a time stamp.",
        discussion: """
            anchor witness --url URL --key FILE    a C2SP witness cosigns; the note goes to standard output
            anchor request --out FILE              an RFC 3161 request; send it to an authority of your choice
            anchor stamp --response FILE           check that a response is about the kept checkpoint
            """,
        subcommands: [Witness.self, Request.self, Stamp.self])

    /// The newest checkpoint of a log's folder.
    static func newest(_ path: String) throws -> SignedCheckpoint {
        let signed = try EvidenceFiles.run { () throws(AuditError) in
            try LogEvidence(directory: path).checkpoint()
        }
        guard let signed else { throw Failure(.failed, "maxine: the log has no checkpoint yet") }
        return signed
    }

    struct Request: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "request", abstract: "Write an RFC 3161 time-stamp request.")

        @OptionGroup var directory: AuditDirectory
        @Option(help: "The request's file; the checkpoint goes to FILE.checkpoint.")
        var out: String

        func run() throws {
            let signed = try AuditAnchor.newest(try directory.path())
            let request = TimestampRequest(note: signed.note)
            try OutputFile.write(signed.note.description, to: out + ".checkpoint", mode: 0o644)
            try Data(request.encoded).write(to: URL(filePath: out))
            Terminal.print(
                "request for the checkpoint of \(signed.checkpoint.size) records: \(out)")
        }
    }

    struct Stamp: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stamp", abstract: "Check what an RFC 3161 response is about.",
            discussion: """
                The authority's signature is checked by:
                openssl ts -verify -in RESPONSE -data CHECKPOINT -CAfile AUTHORITY.pem
                """)

        @Option(help: "The authority's response.") var response: String
        @Option(help: "The checkpoint that was kept with the request.") var checkpoint: String

        func run() throws {
            let note = try EvidenceFiles.text(checkpoint)
            guard let data = FileManager.default.contents(atPath: response) else {
                throw Failure(.usage, "maxine: cannot read '\(response)'")
            }
            do throws(TimestampError) {
                let stamp = try TimestampResponse(Array(data))
                try stamp.check(note: note)
                Terminal.print("the checkpoint existed at \(stamp.time)")
                Terminal.print(
                    "not checked here: the authority's signature; run openssl ts -verify")
            } catch {
                throw Failure(.verificationFailed, "\(response): \(error)")
            }
        }
    }

    struct Witness: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "witness", abstract: "Let a C2SP witness cosign the newest checkpoint.")

        @OptionGroup var directory: AuditDirectory
        @Option(help: "The witness's submission prefix, as https://witness.example.") var url:
            String
        @Option(help: "A file with the witness's verifier key.") var key: String

        func run() async throws {
            let path = try directory.path()
            let keys = try EvidenceFiles.keys([key])
            let signed = try AuditAnchor.newest(path)
            var answer = try await submit(signed, from: 0, path)
            if answer.status == 409,
                let size = UInt64(answer.text.trimmingCharacters(in: .newlines))
            {
                answer = try await submit(signed, from: size, path)
            }
            guard answer.status == 200 else {
                throw Failure(
                    .failed, "maxine: the witness answered \(answer.status): \(answer.text)")
            }
            do throws(NoteError) {
                let note = try signed.note.adding(signatureLines: answer.text, of: keys)
                FileHandle.standardOutput.write(Data(note.description.utf8))
            } catch {
                throw Failure(.verificationFailed, "maxine: the witness's answer: \(error)")
            }
        }

        private func submit(
            _ signed: SignedCheckpoint, from size: UInt64, _ path: String
        ) async throws -> (status: Int, text: String) {
            let body = try EvidenceFiles.run { () throws(AuditError) in
                try LogEvidence(directory: path).submission(of: signed, from: size)
            }
            var configuration = HTTPClient.Configuration()
            configuration.redirectConfiguration = .disallow
            let client = HTTPClient(
                eventLoopGroupProvider: .singleton, configuration: configuration)
            do {
                var request = HTTPClientRequest(url: url + "/add-checkpoint")
                request.method = .POST
                request.body = .bytes(ByteBuffer(string: body))
                let response = try await client.execute(request, timeout: .seconds(30))
                let text = try await response.body.collect(upTo: 64 << 10)
                try await client.shutdown()
                return (Int(response.status.code), String(buffer: text))
            } catch {
                try? await client.shutdown()
                throw Failure(.notReachable, "maxine: cannot reach \(url): \(error)")
            }
        }
    }
}
