internal import PKI

/// Where the keys of our tokens are kept: one file of mode 0600 beside the authorities' keys, replaced as a whole.
struct SigningKeyFile: Sendable {
    let path: String
    let files: any DurableFiles

    /// Reads the keys; nil where there is no file.
    ///
    /// - Throws: `PKIError.unusableFiles` where others can read it, or it holds anything else.
    func load() throws(PKIError) -> SigningKeys? {
        guard let status = try files.status(path) else { return nil }
        guard !status.isDirectory else { throw .unusableFiles("\(path) is a folder, not a file") }
        guard status.mode & 0o077 == 0 else {
            throw .unusableFiles(
                "\(path) can be read by others (mode 0\(String(status.mode & 0o777, radix: 8))):"
                    + " run chmod 600 \(path), and if others had access, remove it instead: then"
                    + " new keys are made and every token that is out is refused")
        }
        let bytes = try files.read(path, max: SigningLimits.fileBytesMax)
        guard let keys = SigningKeys(bytes) else {
            throw .unusableFiles(
                "\(path) is no file of token keys: restore it, or remove it: then new keys are made"
                    + " and every token that is out is refused")
        }
        return keys
    }

    /// Puts keys in place; after a crash the old ones or the new ones are there, whole.
    func store(_ keys: SigningKeys) throws(PKIError) {
        try files.replace(path, keys.encoded, mode: 0o600)
    }
}
