/// Reads and writes the authorities' files: PEM certificates and PKCS#8 keys.
///
/// They are made in a draft folder that is renamed into place as a whole, so that a crash leaves all four or
/// none. Keys are 0600 in a folder of 0700.
struct AuthorityFiles: Sendable {
    static let names = ["root.key", "root.pem", "intermediate.key", "intermediate.pem"]

    let directory: String
    let trustDomain: String
    let custody: KeyCustody
    let files: any DurableFiles

    private var draft: String { directory + ".new" }

    func path(_ name: String) -> String { FilePath.join(directory, name) }

    /// Whether the authorities are there; half of them is an error.
    func exist() throws(PKIError) -> Bool {
        guard let status = try files.status(directory) else { return false }
        guard status.isDirectory else { throw .unusableFiles("\(directory) is not a folder") }
        let present = Set(try files.names(in: directory))
        if present.isEmpty { return false }
        // The ledger knows what there must be, and says so when it is read.
        if present.contains(Self.ledgerName) { return true }
        let missing = Self.names.filter { !present.contains($0) }
        guard missing.isEmpty else {
            throw .unusableFiles(
                "\(directory) holds only a part of the trust domain: \(missing.joined(separator: ", "))"
                    + " missing. Restore from a backup, or remove the folder to begin a new trust domain"
            )
        }
        return true
    }

    /// Writes all four files, then makes them visible with one rename.
    ///
    /// - Parameter contents: Makes them, and keys in the folder that is given.
    /// - Throws: `PKIError`.
    func create(
        _ contents: (_ draft: AuthorityFiles) throws(PKIError) -> [String: [UInt8]]
    ) throws(PKIError) {
        try files.createDirectories(FilePath.parent(of: directory), mode: 0o700)
        try removeDraft()
        try files.createDirectory(draft, mode: 0o700)
        let made = try contents(
            AuthorityFiles(
                directory: draft, trustDomain: trustDomain, custody: custody, files: files))
        for name in Self.names {
            let mode: UInt32 = name.hasSuffix(".key") ? 0o600 : 0o644
            try files.create(FilePath.join(draft, name), made[name] ?? [], mode: mode)
        }
        try files.syncDirectory(draft)
        try files.rename(draft, to: directory)
        try files.syncDirectory(FilePath.parent(of: directory))
    }

    /// Refuses a folder that others can read.
    func checkFolder() throws(PKIError) {
        try checkMode(directory, forbidden: 0o077, remedy: "chmod 700")
    }

    /// Reads a certificate's file.
    func certificate(_ file: String) throws(PKIError) -> [UInt8] {
        try files.read(path(file + ".pem"), max: PKILimits.keyFileBytesMax)
    }

    /// Reads a key's file, refusing one that others can read; nil where there is none.
    func keyBytes(_ file: String) throws(PKIError) -> [UInt8]? {
        let path = path(file + ".key")
        guard try files.status(path) != nil else { return nil }
        try checkMode(path, forbidden: 0o077, remedy: "chmod 600")
        return try files.read(path, max: PKILimits.keyFileBytesMax)
    }

    /// What a crashed start left behind was never used.
    private func removeDraft() throws(PKIError) {
        guard try files.status(draft) != nil else { return }
        let left = AuthorityFiles(
            directory: draft, trustDomain: trustDomain, custody: custody, files: files)
        for name in try files.names(in: draft) {
            guard try left.removeUnnamed(name, keeping: []) else {
                throw .unusableFiles(
                    "\(FilePath.join(draft, name)) leads to a key of an attempt that failed, and the key can't"
                        + " be destroyed: let its keeper answer, and destroy keys; or destroy it there and"
                        + " remove \(draft)")
            }
        }
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
