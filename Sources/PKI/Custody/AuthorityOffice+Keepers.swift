extension AuthorityOffice {
    /// Asks the keepers outside whether they could sign with the keys of the authorities that sign now, and make new ones.
    ///
    /// May wait.
    ///
    /// - Throws: `PKIError.keyAway`, `.unusableFiles` for the first that could not.
    package func checkKeepers() throws(PKIError) {
        let ledger = ledger
        var asked: Set<String> = []
        for authority in [ledger.active(.intermediate), ledger.active(.root)] {
            guard let authority, case .outside(let name, let key) = files.place(of: authority.file)
            else { continue }
            guard let keeper = files.custody.keeper(name) else {
                throw .unusableFiles(
                    "the key \(key) is kept by \(name), and custody.\(name) is not configured")
            }
            asked.insert(name)
            try keeper.check(key)
        }
        guard let maker = files.custody.maker, !asked.contains(maker) else { return }
        try files.custody.keeper(maker)?.check(nil)
    }
}

extension TrustDomainStore {
    /// Whether keepers outside are configured, for which callers have to wait.
    package var hasKeepers: Bool { !configuration.custody.outside.isEmpty }
}
