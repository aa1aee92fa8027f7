import ArgumentParser
import Audit
import Gateway

/// Whose signatures under the log's end are demanded.
struct WitnessDemand: ParsableArguments {
    @Option(
        help:
            "Demand the witnesses that this file names and counts (C2SP tlog-policy), besides the log's own key."
    )
    var policy: String?

    /// The keys that signatures are verified by, and what is demanded of them; the log's are those of a file, of the policy, or of
    /// log.vkey in certs.
    func keys(
        _ file: String?, or settings: ConfigurationOption
    ) throws -> (keys: [VerifierKey], policy: WitnessPolicy?) {
        let policy = try policy.map { try LogKeyFiles.policy($0) }
        if file == nil, let policy, !policy.logs.isEmpty {
            return (policy.logs + policy.keys, policy)
        }
        let keys = try LogKeyFiles.keys(file ?? settings.load().configuration.logKeyPath)
        return (keys + (policy?.keys ?? []), policy)
    }

    /// Refuses an end that not enough witnesses have signed.
    static func check(_ checkpoint: Checkpoint, _ policy: WitnessPolicy?) throws {
        guard let policy, !policy.isMet(by: checkpoint.signers) else { return }
        let signed = policy.signed(checkpoint.signers)
        let names = signed.isEmpty ? "" : " (\(signed.map(\.name).joined(separator: ", ")))"
        throw Failure(
            .verificationFailed,
            "maxine: not enough witnesses have signed the log's end: \(signed.count) of \(policy.witnesses.count)\(names)"
        )
    }

    /// Who has signed, for people; nil where nobody is demanded.
    static func sentence(_ checkpoint: Checkpoint, _ policy: WitnessPolicy?) -> String? {
        guard let policy else { return nil }
        let signed = policy.signed(checkpoint.signers)
        return "signed by \(signed.count) of \(policy.witnesses.count) witnesses, which is enough: "
            + signed.map(\.name).joined(separator: ", ")
    }
}
