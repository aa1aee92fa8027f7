public import Policy

extension Registry {
    /// Has the registrations of some principals be nobody's from now on, in memory and in the store; they go on as they are.
    ///
    /// Such a registration counts for its namespace only.
    ///
    /// - Returns: How many there were.
    /// - Throws: ``RegistryError/store(_:)``; in memory it is done all the same.
    @discardableResult
    public func disown(_ owners: Set<PrincipalDigest>) throws(RegistryError) -> Int {
        guard !owners.isEmpty else { return 0 }
        var count = 0
        for entry in catalogue.entries() {
            for id in entry.disown(owners) {
                catalogue.changed.insert(InstanceKey(service: entry.key, id: id))
                count += 1
            }
        }
        try persister.scrub()
        return count
    }
}
