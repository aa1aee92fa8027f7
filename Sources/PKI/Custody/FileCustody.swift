internal import Crypto

/// Keeps keys in files `<name>.key` of the trust domain's folder, mode 0600, sealed when a seal is configured.
struct FileCustody: KeyCustody {
    let directory: String
    let seal: KeySeal?
    let files: any DurableFiles

    func makeKey(_ name: String) throws(PKIError) -> any Signer {
        let key = P256.Signing.PrivateKey()
        let text = try Self.text(of: key, name: name, seal: seal)
        let path = path(name)
        // What is there under a new name was left by a crash before anything used it.
        if try files.status(path) != nil { try files.remove(path) }
        try files.create(path, Array(text.utf8), mode: 0o600)
        try files.syncDirectory(directory)
        return LocalSigner(key: key)
    }

    func signer(_ name: String) throws(PKIError) -> any Signer {
        let path = path(name)
        guard let status = try files.status(path) else {
            throw .unusableFiles("\(path) is missing. Restore it from a backup")
        }
        guard status.mode & 0o077 == 0 else {
            throw .unusableFiles(
                "\(path) can be read by others (mode 0\(String(status.mode & 0o777, radix: 8))): "
                    + "run chmod 600 \(path), and treat the key as known if others had access")
        }
        let bytes = try files.read(path, max: PKILimits.keyFileBytesMax)
        let (key, wasSealed) = try read(bytes, name: name, path: path)
        if seal != nil, !wasSealed {
            let text = try Self.text(of: key, name: name, seal: seal)
            try files.replace(path, Array(text.utf8), mode: 0o600)
        }
        return LocalSigner(key: key)
    }

    func destroyKey(_ name: String) throws(PKIError) {
        guard try files.status(path(name)) != nil else { return }
        try files.remove(path(name))
        try files.syncDirectory(directory)
    }

    /// The contents of a key file.
    static func text(
        of key: P256.Signing.PrivateKey, name: String, seal: KeySeal?
    ) throws(PKIError) -> String {
        let plain = key.pemRepresentation + "\n"
        return try seal?.seal(plain, name: name) ?? plain
    }

    private func read(
        _ bytes: [UInt8], name: String, path: String
    ) throws(PKIError) -> (key: P256.Signing.PrivateKey, wasSealed: Bool) {
        let block = (try? PEMText.blocks(bytes, max: 1))?.first
        var text = String(decoding: bytes, as: UTF8.self)
        let isSealed = block?.label == KeySeal.label
        if isSealed, let block {
            guard let seal else {
                throw .unusableFiles("\(path) is sealed: set identity.key_seal to the seal's file")
            }
            guard let opened = seal.open(block.der, name: name) else {
                throw .unusableFiles(
                    "\(path) was sealed with another key, or is damaged: check identity.key_seal")
            }
            text = opened
        }
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: text) else {
            throw .unusableFiles("\(path) does not hold a P-256 key in PKCS#8 PEM")
        }
        return (key, isSealed)
    }

    private func path(_ name: String) -> String { FilePath.join(directory, "\(name).key") }
}
