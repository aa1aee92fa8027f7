extension AuthorityFiles {
    init(_ configuration: TrustDomainConfiguration, _ files: any DurableFiles) {
        self.init(
            directory: configuration.directory, trustDomain: configuration.trustDomain,
            custody: configuration.custody, files: files)
    }

    static let ledgerName = "authorities.json"
    /// The key that waits for its certificate.
    static let requestFile = "request"
    static let requestName = requestFile + ".key"

    /// Whether it can be the name of an authority's files, without their endings.
    static func isName(_ file: String, of kind: AuthorityKind) -> Bool {
        guard file != kind.rawValue else { return true }
        let prefix = kind.rawValue + "-"
        guard file.hasPrefix(prefix) else { return false }
        let digits = file.utf8.dropFirst(prefix.utf8.count)
        return digits.count == 40
            && digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// The ledger; nil in a folder of a trust domain whose authorities never changed.
    func ledger() throws(PKIError) -> AuthorityLedger? {
        let path = path(Self.ledgerName)
        guard try files.status(path) != nil else { return nil }
        guard
            let ledger = AuthorityLedger(
                try files.read(path, max: PKILimits.ledgerBytesMax))
        else {
            throw .unusableFiles(
                "\(path) is not the ledger of a trust domain's authorities: restore it from a backup"
            )
        }
        return ledger
    }

    /// Puts the ledger in place; after a crash the old or the new one is there, whole.
    func store(_ ledger: AuthorityLedger) throws(PKIError) {
        try files.replace(path(Self.ledgerName), ledger.encoded, mode: 0o600)
    }

    /// Writes a new authority's files, the key first; until the ledger names them they are nothing.
    func add(
        _ file: String, key: any AuthorityKey, certificate: ParsedCertificate,
        crossSigned: ParsedCertificate? = nil
    ) throws(PKIError) {
        try files.create(path(file + ".key"), text(of: key, file), mode: 0o600)
        for (ending, certificate) in [("", certificate), (Self.crossSignedEnding, crossSigned)] {
            guard let certificate else { continue }
            let pem = PEMText.encode(certificate.der, label: "CERTIFICATE")
            try files.create(path(file + ending + ".pem"), Array(pem.utf8), mode: 0o644)
        }
        try files.syncDirectory(directory)
    }

    /// Removes the files of authorities that the ledger does not name: never used, or forgotten.
    ///
    /// Keys go first, so that none is left without its certificate. The ledger must be the one on disk: it is made durable before.
    func sweep(keeping ledger: AuthorityLedger) throws(PKIError) {
        let left = try unnamed(in: ledger)
        guard !left.isEmpty else { return }
        try files.syncDirectory(directory)
        let kept = try keptOutside(by: ledger)
        var undestroyed: [String] = []
        for name in left.sorted() where !undestroyed.contains(where: { name.hasPrefix($0 + ".") }) {
            guard try !removeUnnamed(name, keeping: kept) else { continue }
            undestroyed.append(name.hasSuffix(".key") ? String(name.dropLast(4)) : name)
        }
        try files.syncDirectory(directory)
    }

    /// The files of authorities that a ledger does not name.
    func unnamed(in ledger: AuthorityLedger) throws(PKIError) -> [String] {
        let kept = Set(ledger.authorities.map(\.file))
        let lists = Set(ledger.authorities.compactMap { $0.listDigest.map(Self.listName) })
        return try files.names(in: directory).filter { name in
            if name.hasPrefix(Self.notePrefix) { return true }
            if Self.isListName(name) { return !lists.contains(name) }
            return Self.endings.contains { ending in
                guard name.hasSuffix(ending) else { return false }
                let file = String(name.dropLast(ending.utf8.count))
                return !kept.contains(file)
                    && AuthorityKind.allCases.contains { Self.isName(file, of: $0) }
            }
        }
    }

    /// In the order in which they are removed.
    private static let endings = [".key", ".pem", crossSignedEnding + ".pem"]

    /// Behind the name of a root's files, before `.pem`.
    static let crossSignedEnding = ".cross"
}
