internal import PKI

/// Where the keys that sign the log's checkpoints are kept: one file of mode 0600 beside the authorities' keys, replaced as a whole,
/// and sealed where they are.
struct LogKeyFile: Sendable {
    let path: String
    private let seal: KeySeal?
    private let purpose: String
    private let files: any DurableFiles

    init(
        _ configuration: TrustDomainConfiguration, files: any DurableFiles = PosixFiles()
    ) {
        self.files = files
        (path, purpose) = Self.secret(in: configuration)
        seal = configuration.custody.seal
    }

    /// The file of the keys, and what it is sealed for.
    static func secret(
        in configuration: TrustDomainConfiguration
    ) -> (path: String, purpose: String) {
        (configuration.directory + "/log-keys.json", "log keys \(configuration.trustDomain)")
    }

    /// Reads the keys; nil where there is no file.
    ///
    /// - Throws: `PKIError.unusableFiles` where others can read it, or it holds anything else.
    func load() throws(PKIError) -> LogKeys? {
        guard let status = try files.status(path) else { return nil }
        guard !status.isDirectory, status.mode & 0o077 == 0 else {
            throw .unusableFiles(
                "\(path) is a folder or can be read by others (mode 0\(String(status.mode & 0o777, radix: 8))):"
                    + " run chmod 600 \(path), and if others had access, change the log's key")
        }
        let bytes = try KeySeal.contents(
            try files.read(path, max: CheckpointLimits.keysBytesMax), at: path, purpose: purpose,
            by: seal)
        guard let keys = LogKeys(encoded: bytes) else {
            throw .unusableFiles("\(path) is no file of log keys: restore it from a backup")
        }
        return keys
    }

    /// Puts keys in place; after a crash the old ones or the new ones are there, whole.
    func store(_ keys: LogKeys) throws(PKIError) {
        var bytes = keys.encoded
        if let seal { bytes = try seal.seal(bytes, purpose: purpose) }
        try files.replace(path, bytes, mode: 0o600)
    }
}
