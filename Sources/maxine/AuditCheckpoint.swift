import ArgumentParser
import Audit
import Gateway
import StrictJSON

struct AuditCheckpoint: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "checkpoint",
        abstract:
            "Print the log's end, signed; keep it elsewhere, and no later log can lack what it covers.",
        discussion: """
            What is printed is a signed note (C2SP tlog-checkpoint). With --since, the gateway also proves that its log \
            holds all that an older checkpoint covered.
            """)

    @Option(help: "An older checkpoint of the log, as a file.") var since: String?
    @Option(
        help:
            "The log's public keys, as a file; default: those of the policy, or log.vkey in certs."
    )
    var logKey: String?
    @OptionGroup var demand: WitnessDemand
    @OptionGroup var settings: ConfigurationOption
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let (keys, policy) = try demand.keys(logKey, or: settings)
        if policy != nil, since != nil {
            throw Failure(
                .usage, "maxine: --since is proved by the newest end, which --policy may not take")
        }
        let old = try since.map { try LogKeyFiles.checkpoint($0, by: keys) }
        let client = try GatewayClient(options)
        let query = [
            ("from", old.map { String($0.end.size) }), ("witnessed", policy.map { _ in "true" }),
        ]
        let bytes = try await client.signedText("/audit/checkpoint", query: query)
        let checkpoint: Checkpoint
        do throws(CheckpointFault) {
            checkpoint = try Self.verified(bytes, since: old, by: keys)
        } catch {
            throw Failure(
                .verificationFailed, "maxine: the gateway's answer is not believed: \(error)")
        }
        try WitnessDemand.check(checkpoint, policy)
        show(checkpoint, old)
        if let line = WitnessDemand.sentence(checkpoint, policy) { Terminal.error(line) }
    }

    private static func verified(
        _ bytes: [UInt8], since old: Checkpoint?, by keys: [VerifierKey]
    ) throws(CheckpointFault) -> Checkpoint {
        guard let old else { return try Checkpoint(bytes, by: keys) }
        guard let proof = LogExtension(bytes) else { throw .malformed }
        return try proof.verify(from: old.end, by: keys)
    }

    private func show(_ checkpoint: Checkpoint, _ old: Checkpoint?) {
        let text = String(decoding: checkpoint.bytes, as: UTF8.self)
        if options.json {
            return Terminal.print(
                json: jsonText(
                    .object([
                        .text("origin", checkpoint.origin),
                        .text("size", String(checkpoint.end.size)),
                        .text("root", checkpoint.end.root.base64), .text("note", text),
                    ])))
        }
        for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
            Terminal.print(String(line))
        }
        if let old {
            Terminal.error("it holds all \(old.end.size) records of the older checkpoint")
        }
    }
}
