import ArgumentParser
import Audit
import Foundation
import Gateway
import StrictJSON

/// The forms that a proof is printed in.
enum ProofFormat: String, ExpressibleByArgument, CaseIterable { case text, cose }

struct AuditProve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that a record stands in the log, for whoever has its public key.",
        discussion: """
            Asks the gateway, and verifies what it says against the record's hash (--leaf) and the log's key. With --dir, \
            the proof is made here, from the log's files and a checkpoint of it. With --proof, a proof that was kept is \
            verified, and nobody is asked. What is printed is a C2SP tlog-proof.
            """)

    @Argument(help: "The record's number, the first part of Maxine-Audit.") var sequence: UInt64
    @Option(help: "The record's hash, the second part of Maxine-Audit.") var leaf: String?
    @Option(help: "An audit folder, from which the proof is made.") var dir: String?
    @Option(help: "A checkpoint of that log, as a file; default: the one in its tiles.")
    var checkpoint: String?
    @Option(help: "A proof that was kept, as a file.") var proof: String?
    @Option(help: "The form: text, a C2SP tlog-proof, or cose, a COSE receipt.")
    var format = ProofFormat.text
    @Option(help: "A file that the COSE receipt is written to.") var out: String?
    @Option(
        help:
            "The log's public keys, as a file; default: those of the policy, or log.vkey in certs."
    )
    var logKey: String?
    @OptionGroup var demand: WitnessDemand
    @OptionGroup var settings: ConfigurationOption
    @OptionGroup var options: ClientOptions

    func validate() throws {
        guard proof == nil || (dir == nil && leaf != nil) else {
            throw ValidationError("--proof takes --leaf, and no --dir")
        }
        guard demand.policy == nil || leaf != nil else {
            throw ValidationError("--policy takes --leaf: without it nothing is verified")
        }
        guard (format == .cose) == (out != nil) else {
            throw ValidationError("--format cose and --out go together")
        }
        guard format == .text || (dir == nil && proof == nil && demand.policy == nil) else {
            throw ValidationError(
                "--format cose takes neither --dir, --proof nor --policy: only the gateway signs receipts, and witnesses sign none"
            )
        }
        guard checkpoint == nil || dir != nil else {
            throw ValidationError("--checkpoint is for --dir: the gateway proves by its newest one")
        }
    }

    func run() async throws {
        let (keys, policy) = try demand.keys(logKey, or: settings)
        let leaf = try leaf.map { try LogKeyFiles.leaf($0) }
        if let out { return try await receipt(to: out, keys, leaf) }
        if let dir { return try show(made(in: dir, keys, leaf), keys, policy, leaf) }
        let bytes =
            if let proof {
                try LogKeyFiles.contents(proof)
            } else {
                try await GatewayClient(options).signedText(
                    "/audit/proof/\(sequence)",
                    query: [("witnessed", policy.map { _ in "true" })])
            }
        guard let proof = LogProof(bytes), proof.sequence == sequence else {
            throw Failure(.verificationFailed, "maxine: it is no proof of record \(sequence)")
        }
        try show(proof, keys, policy, leaf)
    }

    private func receipt(to path: String, _ keys: [VerifierKey], _ leaf: LeafHash?) async throws {
        let bytes = try await GatewayClient(options).signedText(
            "/audit/proof/\(sequence)", query: [("format", "cose")])
        guard let receipt = COSEReceipt(bytes), receipt.sequence == sequence else {
            throw Failure(.verificationFailed, "maxine: it is no receipt of record \(sequence)")
        }
        let line: String
        do throws(CheckpointFault) {
            let key = try leaf.map { leaf throws(CheckpointFault) in
                try receipt.verify(leaf: leaf, by: keys)
            }
            line =
                key.map {
                    "proved: record \(sequence) stands in the log, signed by "
                        + ProvedEnd.name(NoteSigner(key: $0, seconds: 0))
                } ?? "not verified: name the record's hash with --leaf"
        } catch {
            throw Failure(.verificationFailed, "maxine: record \(sequence) is not proved: \(error)")
        }
        do {
            try Data(receipt.bytes).write(to: URL(fileURLWithPath: path))
        } catch {
            throw Failure(.failed, "maxine: cannot write to \(path): \(sentence(of: error))")
        }
        if options.json {
            Terminal.print(
                json: jsonText(
                    .object([
                        .text("sequence", String(sequence)), .text("out", path),
                        JSONMember(name: "verified", value: .bool(leaf != nil)),
                    ])))
        }
        Terminal.error(line)
    }

    private func made(
        in dir: String, _ keys: [VerifierKey], _ leaf: LeafHash?
    ) throws -> LogProof {
        let checkpoint = try LogKeyFiles.checkpoint(
            self.checkpoint ?? dir + "/tlog/checkpoint", by: keys)
        do {
            let made = try OfflineProof.prove(sequence, in: dir, by: checkpoint)
            guard leaf == nil || leaf == made.leaf else {
                throw Failure(
                    .verificationFailed,
                    "maxine: record \(sequence) of \(dir) is another: its hash is \(made.leaf.base64)"
                )
            }
            return made.proof
        } catch let error as CheckpointFault {
            throw Failure(.verificationFailed, "maxine: \(dir): \(error)")
        } catch let error as AuditError {
            throw Failure(.failed, "maxine: \(error)")
        }
    }

    private func show(
        _ proof: LogProof, _ keys: [VerifierKey], _ policy: WitnessPolicy?, _ leaf: LeafHash?
    ) throws {
        var checkpoint: Checkpoint?
        do throws(CheckpointFault) {
            checkpoint = try leaf.map { leaf throws(CheckpointFault) in
                try proof.verify(leaf: leaf, by: keys)
            }
        } catch {
            throw Failure(.verificationFailed, "maxine: record \(sequence) is not proved: \(error)")
        }
        if let checkpoint { try WitnessDemand.check(checkpoint, policy) }
        let text = String(decoding: proof.bytes, as: UTF8.self)
        if options.json {
            Terminal.print(
                json: jsonText(
                    .object([
                        .text("sequence", String(sequence)), .text("proof", text),
                        JSONMember(name: "verified", value: .bool(leaf != nil)),
                    ])))
        } else {
            for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
                Terminal.print(String(line))
            }
        }
        if let checkpoint {
            let signers = checkpoint.signers.map(ProvedEnd.name).joined(separator: ", ")
            Terminal.error("proved: record \(sequence) stands in the log, signed by \(signers)")
        } else if dir == nil {
            Terminal.error("not verified: name the record's hash with --leaf")
        }
    }
}
