internal import Audit
internal import PKI

/// The log's end as it was signed last, in a file apart from the log; and the public keys, for whoever verifies.
struct CheckpointFile: Sendable {
    let path: String
    private let keyPath: String
    private let folder: String
    private let files = PosixFiles()

    init(_ configuration: GatewayConfiguration) {
        path = configuration.checkpointPath
        folder = configuration.certsDirectory
        keyPath = configuration.logKeyPath
    }

    /// What was signed last; nil where nothing was.
    ///
    /// - Throws: `PKIError.unusableFiles` where it is not signed by these keys.
    func read(by keys: [VerifierKey]) throws(PKIError) -> Checkpoint? {
        guard try files.status(path) != nil else { return nil }
        let bytes = try files.read(path, max: CheckpointLimits.checkpointBytesMax)
        do throws(CheckpointFault) {
            return try Checkpoint(bytes, by: keys)
        } catch {
            throw .unusableFiles(
                "\(path) is no checkpoint of this log: \(error). Restore it together with the keys of the"
                    + " log; if they are lost for good, remove it: then the log can't be held against it"
            )
        }
    }

    /// Notes a signed end, durable.
    func write(_ checkpoint: Checkpoint) throws(PKIError) {
        try files.replace(path, checkpoint.bytes, mode: 0o600)
    }

    /// Forgets what was signed.
    func remove() throws(PKIError) {
        if try files.status(path) != nil { try files.remove(path) }
    }

    /// Writes the public keys beside the trust bundle, a line each; says whether they were not there.
    func publish(_ keys: [VerifierKey]) throws(PKIError) -> Bool {
        let text = Array(keys.map { $0.text + "\n" }.joined().utf8)
        if try files.status(keyPath) != nil,
            try files.read(keyPath, max: CheckpointLimits.checkpointBytesMax) == text
        {
            return false
        }
        try files.createDirectories(folder, mode: 0o755)
        try files.replace(keyPath, text, mode: 0o644)
        return true
    }
}

extension GatewayConfiguration {
    /// Where the log's end is kept that was signed last.
    public var checkpointPath: String { dataDirectory + "/log.checkpoint" }
    /// The public keys that checkpoints are verified by.
    public var logKeyPath: String { certsDirectory + "/log.vkey" }
}
