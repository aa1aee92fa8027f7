package import Audit
import Proofs
import Text

/// Seals the secrets of a trust domain's folder that are plain, and those that another key sealed.
///
/// One file after the other, each replaced at one moment: after a crash it is done again, and takes those that are sealed already as they are.
package struct KeySealing {
    private let files: AuthorityFiles
    private let others: [(path: String, purpose: String)]
    private let old: KeySeal?

    /// - Parameters:
    ///   - configuration: Names the folder; its sealing key is the new one.
    ///   - others: Files of secrets besides the authorities' keys, and what each is sealed for.
    ///   - old: The key that sealed what is sealed now, if that was another.
    ///   - files: The file system.
    package init(
        _ configuration: TrustDomainConfiguration, others: [(path: String, purpose: String)],
        old: KeySeal?, files: any DurableFiles = PosixFiles()
    ) {
        self.files = AuthorityFiles(configuration, files)
        self.others = others
        self.old = old
    }

    /// What is to be sealed, by path.
    ///
    /// - Throws: `PKIError.unusableFiles` where a file can't be opened by either key.
    package func due() throws(PKIError) -> [String] {
        try sealed().map(\.path)
    }

    /// Seals it, when the receipt is of the record that says so.
    ///
    /// - Returns: The paths of the files that were sealed.
    /// - Throws: `PKIError.unproven`, `.unusableFiles`, `.fileFailed`; then some files may be sealed anew, and others not yet.
    package func seal(
        receipt: consuming Receipt, boundTo number: UInt64
    ) throws(PKIError) -> [String] {
        if case .failure(let mismatch) = Clearance.check(receipt, boundTo: number) {
            throw .unproven(mismatch.reason)
        }
        // All are opened before any is changed.
        let sealed = try sealed()
        for (path, bytes) in sealed { try files.files.replace(path, bytes, mode: 0o600) }
        return sealed.map(\.path)
    }

    private func sealed() throws(PKIError) -> [(path: String, bytes: [UInt8])] {
        guard let seal = files.custody.seal else {
            throw .unusableFiles("custody.seal is not set: name where the sealing key is")
        }
        var sealed: [(path: String, bytes: [UInt8])] = []
        for (path, purpose) in try places() {
            guard try files.files.status(path) != nil else { continue }
            let bytes = try files.files.read(path, max: PKILimits.ledgerBytesMax)
            if OutsidePlace(bytes) != nil { continue }
            if let known = SealedSecret(bytes), known.seal.isExactly(seal.id) {
                _ = try KeySeal.contents(bytes, at: path, purpose: purpose, by: seal)
                continue
            }
            let secret = try KeySeal.contents(bytes, at: path, purpose: purpose, by: old ?? seal)
            sealed.append((path, try seal.seal(secret, purpose: purpose)))
        }
        return sealed
    }

    private func places() throws(PKIError) -> [(path: String, purpose: String)] {
        guard try files.exist() else {
            throw .unusableFiles("there is no trust domain in \(files.directory)")
        }
        let names = try files.files.names(in: files.directory).filter { $0.hasSuffix(".key") }
        return names.sorted().map { name in
            (files.path(name), files.purpose(of: String(name.dropLast(4))))
        } + others
    }
}
