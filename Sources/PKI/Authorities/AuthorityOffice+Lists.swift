import Text

/// Lists of revoked certificates of roots whose keys are kept elsewhere: made there, and shown here.
extension AuthorityOffice {
    /// The lists that were installed and count: of roots whose keys are not on this machine.
    public var installedLists: [InstalledList] {
        let holdings = holdings
        return holdings.ledger.authorities.compactMap { authority in
            holdings.lists[authority.keyID].flatMap { hasKey(of: authority) ? nil : $0 }
        }
    }

    /// Takes the numbers of lists that somebody has read in the log.
    public func take(_ numbers: ListNumbers) { listNumbers.take(numbers) }

    /// Takes a list that says at least what is known here, in the place of an earlier one.
    func installList(
        _ bytes: [UInt8], in next: inout AuthorityHoldings, _ change: inout AuthorityChange,
        _ now: Int64
    ) throws(PKIError) {
        try forgetFailedAttempts()
        let given = try UnverifiedList(bytes)
        guard let root = next.ledger.authority(given.issuerKeyID), root.kind == .root,
            root.stage != .prepared, let certificate = next.certificates[root.keyID]
        else {
            throw .invalidList(
                "it is of the authority \(given.issuerKeyID), which is no root of ours that signs or has signed"
            )
        }
        let list = try InstalledList(given, of: certificate)
        guard !hasKey(of: root) else {
            throw .wrongState(
                "the key of the root \(root.keyID) is on this machine, so its list is made here")
        }
        try Self.checkTimes(of: list, now)
        let last = max(
            next.lists[root.keyID]?.number ?? 0, listNumbers.last(of: root.keyID) ?? 0)
        guard list.number > last else {
            throw .invalidList(
                "its crlNumber is \(list.number), and the last list of the root had \(last): give it a greater one"
            )
        }
        try checkNames(list, in: next)
        try files.add(list)
        next.lists[root.keyID] = list
        next.ledger.setList(of: root.keyID, list.digest)
        change.listed = [root.keyID]
        change.listNumber = list.number
    }

    private func hasKey(of authority: AuthorityRecord) -> Bool {
        // What can't be asked about is taken to be there: nothing is installed over it.
        (try? files.files.status(files.path(authority.file + ".key")) == nil) != true
    }

    private static func checkTimes(of list: InstalledList, _ now: Int64) throws(PKIError) {
        let seconds = now / PKILimits.nanosecondsPerSecond
        let skew = PKILimits.clockSkewNanoseconds / PKILimits.nanosecondsPerSecond
        guard list.thisUpdateSeconds <= seconds + skew else {
            throw .invalidList(
                "it begins at \(text(list.thisUpdateSeconds)), which has not come yet")
        }
        guard list.nextUpdateSeconds > seconds else {
            throw .invalidList("it ended at \(text(list.nextUpdateSeconds))")
        }
        let life = list.nextUpdateSeconds - list.thisUpdateSeconds
        guard life <= PKILimits.installedListSecondsMax else {
            throw .invalidList(
                "it is good for \(life / 86_400) days, and a list is for at most"
                    + " \(PKILimits.installedListSecondsMax / 86_400)")
        }
    }

    /// Whoever makes a list elsewhere knows what is revoked from here.
    private func checkNames(
        _ list: InstalledList, in holdings: AuthorityHoldings
    ) throws(PKIError) {
        let revoked = trust.snapshot.revocations.revokedKeyIDs
        let missing = holdings.signed(by: list.authority).filter { authority, certificate in
            revoked.contains(authority.keyID)
                && !list.serials.contains(certificate.header.serial)
        }
        guard missing.isEmpty else {
            let named = missing.prefix(PKILimits.laggardsNamedMax).map(\.certificate.serial)
            throw .invalidList(
                "it does not name \(missing.count) revoked authorities below the root; serial numbers: "
                    + named.joined(separator: ", "))
        }
    }

    private static func text(_ seconds: Int64) -> String {
        CivilTime.rfc3339(nanoseconds: seconds * PKILimits.nanosecondsPerSecond)
    }
}
