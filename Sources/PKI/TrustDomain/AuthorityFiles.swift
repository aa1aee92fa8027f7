/// The first authorities of a trust domain's authorities, as loaded and checked.
struct AuthoritySet: Sendable {
    let root: ParsedCertificate
    let intermediate: ParsedCertificate
}

/// Reads and writes the authorities' files: PEM certificates and PKCS#8 keys.
///
/// They are made in a draft folder that is renamed into place as a whole, so that a crash leaves all four or
/// none. Keys are 0600 in a folder of 0700.
struct AuthorityFiles: Sendable {
    static let names = ["root.key", "root.pem", "intermediate.key", "intermediate.pem"]
    static let keyNames = ["root.key", "intermediate.key"]
    static let certificateNames = ["root.pem", "intermediate.pem"]

    let directory: String
    let files: any DurableFiles
    /// Whether the keys are in the folder too, and not kept elsewhere.
    let hasKeys: Bool

    private var needed: [String] {
        (hasKeys ? Self.keyNames : []) + Self.certificateNames
    }

    private var draft: String { directory + ".new" }

    /// Whether the authorities are there; half of them is an error.
    func exist() throws(PKIError) -> Bool {
        guard let status = try files.status(directory) else { return false }
        guard status.isDirectory else { throw .unusableFiles("\(directory) is not a folder") }
        let present = Set(try files.names(in: directory))
        if present.isEmpty { return false }
        let missing = needed.filter { !present.contains($0) }
        guard missing.isEmpty else {
            throw .unusableFiles(
                "\(directory) holds only a part of the trust domain: \(missing.joined(separator: ", "))"
                    + " missing. Restore from a backup, or remove the folder to begin a new trust domain"
            )
        }
        return true
    }

    /// Writes all four files, then makes them visible with one rename.
    func create(_ contents: [String: String]) throws(PKIError) {
        try files.createDirectories(FilePath.parent(of: directory), mode: 0o700)
        try removeDraft()
        try files.createDirectory(draft, mode: 0o700)
        for name in needed {
            let mode: UInt32 = name.hasSuffix(".key") ? 0o600 : 0o644
            try files.create(
                FilePath.join(draft, name), Array((contents[name] ?? "").utf8), mode: mode)
        }
        try files.syncDirectory(draft)
        try files.rename(draft, to: directory)
        try files.syncDirectory(FilePath.parent(of: directory))
    }

    /// Reads the files, refusing keys that others can read.
    func load() throws(PKIError) -> [String: [UInt8]] {
        try checkMode(directory, forbidden: 0o077, remedy: "chmod 700")
        var contents: [String: [UInt8]] = [:]
        for name in needed {
            let path = FilePath.join(directory, name)
            if name.hasSuffix(".key") {
                try checkMode(path, forbidden: 0o077, remedy: "chmod 600")
            }
            contents[name] = try files.read(path, max: PKILimits.keyFileBytesMax)
        }
        return contents
    }

    /// What a crashed start left behind was never used.
    private func removeDraft() throws(PKIError) {
        guard try files.status(draft) != nil else { return }
        for name in try files.names(in: draft) { try files.remove(FilePath.join(draft, name)) }
        try files.removeDirectory(draft)
    }

    private func checkMode(
        _ path: String, forbidden: UInt32, remedy: String
    ) throws(PKIError) {
        guard let status = try files.status(path) else {
            throw .unusableFiles("\(path) is missing")
        }
        guard status.mode & forbidden == 0 else {
            throw .unusableFiles(
                "\(path) can be read by others (mode 0\(String(status.mode & 0o777, radix: 8))): "
                    + "run \(remedy) \(path), and treat the key as known if others had access")
        }
    }
}
