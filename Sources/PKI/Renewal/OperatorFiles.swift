/// The files of operators' identities in a folder: `NAME.pem`, `NAME.key` (0600) and `bundle.pem`.
public struct OperatorFiles: Sendable {
    /// The folder.
    public let directory: String
    private let files: any DurableFiles

    /// Names a folder; nothing is read or written yet.
    public init(_ directory: String) { self.init(directory, files: PosixFiles()) }

    init(_ directory: String, files: any DurableFiles) {
        self.directory = directory
        self.files = files
    }

    /// Writes the three, replacing what is there, each whole.
    ///
    /// - Throws: `PKIError.fileFailed`, `.unusableFiles`.
    public func write(
        _ name: String, key: String, chain: String, bundle: String
    ) throws(PKIError) -> [CreatedFile] {
        try files.createDirectories(directory, mode: 0o755)
        let contents: [(String, String, UInt32, String)] = [
            ("\(name).key", key, 0o600, "key of operator \(name)"),
            ("\(name).pem", chain, 0o644, "certificate of operator \(name)"),
            ("bundle.pem", bundle, 0o644, "trust bundle"),
        ]
        var written: [CreatedFile] = []
        for (file, text, mode, purpose) in contents {
            let path = FilePath.join(directory, file)
            try files.replace(path, Array(text.utf8), mode: mode)
            written.append(CreatedFile(path: path, purpose: purpose))
        }
        return written
    }

    /// The certificate that an operator has there, whether or not it has ended; nil where there is none.
    ///
    /// - Throws: `PKIError.fileFailed`, `.unusableFiles`.
    public func held(_ name: String) throws(PKIError) -> HeldIdentity? {
        let path = FilePath.join(directory, "\(name).pem")
        guard try files.status(path) != nil else { return nil }
        return try HeldIdentity(
            pem: try files.read(path, max: PKILimits.bundleBytesMax), path: path)
    }
}
