package import PKI

/// Where the keys of our tokens are kept: one file of mode 0600 beside the authorities' keys, replaced as a whole.
struct SigningKeyFile: Sendable {
    let path: String
    let files: any DurableFiles
    let seal: SigningSeal?

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
        let bytes = try KeySeal.contents(
            try files.read(path, max: SigningLimits.fileBytesMax), at: path,
            purpose: seal?.purpose ?? "", by: seal?.key)
        guard let keys = SigningKeys(bytes) else {
            throw .unusableFiles(
                "\(path) is no file of token keys: restore it, or remove it: then new keys are made"
                    + " and every token that is out is refused")
        }
        return keys
    }

    /// Puts keys in place; after a crash the old ones or the new ones are there, whole.
    func store(_ keys: SigningKeys) throws(PKIError) {
        var bytes = keys.encoded
        if let seal { bytes = try seal.key.seal(bytes, purpose: seal.purpose) }
        try files.replace(path, bytes, mode: 0o600)
    }
}

/// What the file of token keys is sealed with, and as what.
package struct SigningSeal: Sendable {
    let key: KeySeal
    let purpose: String
}

extension TrustDomainConfiguration {
    /// What the keys of this trust domain's tokens are sealed with; nil where they are plain.
    package var signingSeal: SigningSeal? {
        custody.seal.map { SigningSeal(key: $0, purpose: SigningKeyRing.secret(in: self).purpose) }
    }
}

extension SigningKeyRing {
    /// The file of the keys, and what it is sealed for.
    package static func secret(
        in configuration: TrustDomainConfiguration
    ) -> (path: String, purpose: String) {
        (path(in: configuration.directory), "token keys \(configuration.trustDomain)")
    }

    static func path(in directory: String) -> String { directory + "/token-keys.json" }
}
