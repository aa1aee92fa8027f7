internal import Audit
internal import PKI

/// The policy of witnesses that an operator wrote, and the end of the log that enough of them signed last.
struct WitnessFiles: Sendable {
    let policyPath: String
    let path: String
    private let files = PosixFiles()

    /// Nil where no witnesses are configured.
    init?(_ configuration: GatewayConfiguration) {
        guard let policyPath = configuration.audit.witnessPolicyPath else { return nil }
        self.policyPath = policyPath
        path = configuration.witnessedPath
    }

    /// Reads the policy.
    ///
    /// - Throws: `PKIError.unusableFiles` where it is none.
    func policy() throws(PKIError) -> WitnessPolicy {
        let bytes = try files.read(policyPath, max: WitnessBounds.fileBytesMax)
        do throws(WitnessPolicyFault) {
            return try WitnessPolicy(bytes)
        } catch {
            throw .unusableFiles("\(policyPath) is no policy of witnesses: \(error)")
        }
    }

    /// What was signed last; nil where nothing was, or where it is not to be used any more.
    func read(by keys: [VerifierKey]) -> Checkpoint? {
        guard let bytes = try? files.read(path, max: WitnessBounds.fileBytesMax) else { return nil }
        return try? Checkpoint(bytes, by: keys)
    }

    /// Notes an end, durable.
    func write(_ checkpoint: Checkpoint) throws(PKIError) {
        try files.replace(path, checkpoint.bytes, mode: 0o600)
    }
}

extension GatewayConfiguration {
    /// Where the log's end is kept that enough witnesses signed last.
    public var witnessedPath: String { dataDirectory + "/log.witnessed" }
}
