import Crypto

/// A list of revoked certificates that was made where the authority's key is, and that the authority's key has signed.
public struct InstalledList: Sendable, Equatable {
    /// The authority, by its key identifier.
    public let authority: String
    /// Greater than that of every earlier one.
    public let number: UInt64
    /// When it was made, in seconds since the Unix epoch.
    public let thisUpdateSeconds: Int64
    /// When there is another at the latest.
    public let nextUpdateSeconds: Int64
    /// The numbers of the certificates that it names, without leading zeros.
    let serials: Set<[UInt8]>
    let der: [UInt8]
    /// SHA-256 in lower-case hexadecimal.
    let digest: String

    /// Takes a list, where an authority has signed it.
    ///
    /// - Throws: `PKIError.invalidList`.
    init(_ list: UnverifiedList, of issuer: ParsedCertificate) throws(PKIError) {
        guard list.issuer == issuer.header.subject, list.issuerKeyID == issuer.ownKeyID else {
            throw .invalidList("it is not of the authority \(issuer.ownKeyID)")
        }
        guard
            let key = try? P256.Signing.PublicKey(
                derRepresentation: issuer.header.subjectPublicKeyInfo),
            let signature = try? P256.Signing.ECDSASignature(derRepresentation: list.signature),
            key.isValidSignature(signature, for: list.body)
        else { throw .invalidList("the key of the authority has not signed it") }
        authority = list.issuerKeyID
        number = list.number
        thisUpdateSeconds = list.thisUpdateSeconds
        nextUpdateSeconds = list.nextUpdateSeconds
        serials = list.serials
        der = list.der
        digest = hexText(SHA256.hash(data: list.der))
    }

    /// As it is shown.
    var signed: SignedList {
        SignedList(
            authority: authority,
            issue: ListIssue(
                number: number, thisUpdateSeconds: thisUpdateSeconds,
                nextUpdateSeconds: nextUpdateSeconds), digest: [], der: der)
    }
}

/// The files of such lists, each named by its digest: whole, and there before the ledger names it.
extension AuthorityFiles {
    private static let listPrefix = "list-"
    private static let listEnding = ".crl"

    static func isListName(_ name: String) -> Bool {
        name.hasPrefix(listPrefix) && name.hasSuffix(listEnding)
    }

    static func listName(_ digest: String) -> String { listPrefix + digest + listEnding }

    /// Writes one; until the ledger names it, it is nothing.
    func add(_ list: InstalledList) throws(PKIError) {
        try files.create(path(Self.listName(list.digest)), list.der, mode: 0o644)
        try files.syncDirectory(directory)
    }

    /// Reads the one that the ledger names.
    func list(_ digest: String, of authority: ParsedCertificate) throws(PKIError) -> InstalledList {
        let path = path(Self.listName(digest))
        let bytes = try files.read(path, max: PKILimits.installedListBytesMax)
        let list = try? InstalledList(UnverifiedList(bytes), of: authority)
        guard let list, list.digest == digest else {
            throw .unusableFiles(
                "\(path) is not the list that \(Self.ledgerName) names: restore both from one backup"
            )
        }
        return list
    }
}
