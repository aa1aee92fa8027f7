internal import Audit
internal import PKI

/// What was signed of a log that is about to go on without some of it.
struct SignedPast {
    /// The end that was signed last; nil where none was.
    let end: LogAnchor?
    private let keys: LogKeys?
    private let keyFile: LogKeyFile
    private let checkpoints: CheckpointFile

    /// Reads keys and checkpoint.
    ///
    /// - Throws: `PKIError`.
    init(
        _ configuration: GatewayConfiguration, _ trustDomain: TrustDomainConfiguration
    ) throws(PKIError) {
        keyFile = LogKeyFile(trustDomain)
        checkpoints = CheckpointFile(configuration)
        keys = try keyFile.load()
        end = try checkpoints.read(by: keys?.verifiers ?? [])?.end
    }

    /// All keys that the log ever had.
    var keysEverHad: [VerifierKey] { keys?.verifiers ?? [] }

    /// Those of them that seals are believed by.
    var published: [VerifierKey] { keys?.published ?? [] }

    /// Has the log go on as another one, of another name and key, where no end of it will hold what was signed.
    ///
    /// Ended in between, the next start refuses as before, and the loss can be accepted again.
    func leave(after loss: LogLoss) throws(PKIError) {
        guard let end, let keys, loss.kind != .shorter || end.size > loss.end else { return }
        try keyFile.store(keys.afterLoss())
        try checkpoints.remove()
    }
}
