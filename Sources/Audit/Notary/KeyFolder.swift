/// The folder of the log's keys.
///
/// `signing.key` is secret; `log.vkeys` holds every key that ever signed, the newest last; `next.key` is a secret
/// key that waits to take over.
struct KeyFolder {
    let system: any FileSystem
    let path: String

    var signing: String { path + "/signing.key" }
    var next: String { path + "/next.key" }
    var public_: String { path + "/log.vkeys" }

    /// The key that signs, or nil if there is none yet.
    func signer() throws(AuditError) -> LogSigner? { try signer(in: signing) }

    /// The key that waits to take over.
    func waiting() throws(AuditError) -> LogSigner? { try signer(in: next) }

    /// All keys that ever signed, in their order.
    func verifierKeys() throws(AuditError) -> [VerifierKey] {
        guard let text = try text(of: public_) else { return [] }
        do throws(NoteError) {
            return try VerifierKey.list(text)
        } catch {
            throw .evidence(file: public_, why: error.description)
        }
    }

    /// Keeps a signing key durable under a name; an older file of the name is replaced.
    func keep(_ signer: LogSigner, as file: String) throws(AuditError) {
        try write(signer.secretText + "\n", to: file)
    }

    /// Adds a key to the list of all that ever signed.
    func publish(_ key: VerifierKey) throws(AuditError) {
        let known = try verifierKeys()
        guard !known.contains(key) else { return }
        try write((known + [key]).map { "\($0)\n" }.joined(), to: public_)
    }

    /// Puts the waiting key into the place of the signing one.
    func promote() throws(AuditError) {
        do throws(FileFault) {
            try system.rename(next, to: signing)
            try system.syncFolder(path)
        } catch {
            throw error.asAuditError
        }
    }

    /// Whether a key waits to take over.
    func hasWaiting() -> Bool {
        ((try? system.list(path)) ?? nil)?.contains("next.key") ?? false
    }

    private func signer(in file: String) throws(AuditError) -> LogSigner? {
        guard let text = try text(of: file) else { return nil }
        do throws(NoteError) {
            return try LogSigner(text: text)
        } catch {
            throw .evidence(file: file, why: error.description)
        }
    }

    private func text(of file: String) throws(AuditError) -> String? {
        try SmallFile(system: system, path: file).text()
    }

    private func write(_ text: String, to file: String) throws(AuditError) {
        try SmallFile(system: system, path: file).replace(with: Array(text.utf8))
    }
}
