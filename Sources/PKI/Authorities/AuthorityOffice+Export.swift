public import Audit
import NIOConcurrencyHelpers
import Proofs

/// Takes the root's key off this machine.
extension AuthorityOffice {
    /// The root whose key would go.
    ///
    /// - Throws: `PKIError.wrongState` where it is not here.
    public func exportableRoot() throws(PKIError) -> AuthorityRecord {
        guard let root = ledger.active(.root) else { throw .wrongState("no root is active") }
        _ = try exportable(root)
        return root
    }

    /// Writes the key of the root that signs to a new file of mode 0600, and removes it from the folder of authorities.
    ///
    /// The copy is durable, and was read again, before anything is removed; a file of the same key that an attempt left is taken.
    /// - Throws: `PKIError.unproven`, `.wrongState`, `.unusableFiles` where something else lies there, `.fileFailed`.
    public func exportRootKey(
        to path: String, receipt: consuming Receipt, boundTo number: UInt64
    ) throws(PKIError) {
        if case .failure(let mismatch) = Clearance.check(receipt, boundTo: number) {
            throw .unproven(mismatch.reason)
        }
        turn.lock()
        defer { turn.unlock() }
        let root = try exportableRoot()
        let key = try exportable(root).pem
        if try files.files.status(path) == nil {
            try files.files.create(path, key, mode: 0o600)
            try files.files.syncDirectory(FilePath.parent(of: path))
        }
        guard try files.files.read(path, max: PKILimits.keyFileBytesMax) == key else {
            throw .unusableFiles("\(path) is there already, and is not this key: name another file")
        }
        // From then on a folder without the key is a whole one.
        try files.store(ledger)
        try files.files.remove(files.path(root.file + ".key"))
        try files.files.syncDirectory(files.directory)
    }

    private func exportable(_ root: AuthorityRecord) throws(PKIError) -> LocalKey {
        switch try files.key(root.file) {
        case let key as LocalKey: return key
        case let key as OutsideKey:
            throw .wrongState(
                "the key of the root is kept by \(key.place.keeper) as \(key.place.key): it can't be taken out"
                    + " of there, and is not on this machine")
        default: throw .wrongState("the key of the root is not on this machine")
        }
    }
}
