internal import Auth
internal import Logging
internal import Registry

/// Takes a person out of all that the gateway keeps, in an order that no crash undoes: first it is marked that it was begun, last the
/// person's key goes, by which all else could still be told.
struct PersonEraser: Sendable {
    let persons: PersonVault
    let registry: Registry
    let credentials: CredentialEraser

    init(
        persons: PersonVault, registry: Registry, sessions: SessionRing, keys: APIKeyRing,
        access: AccessLedger
    ) {
        self.persons = persons
        self.registry = registry
        credentials = CredentialEraser(sessions: sessions, keys: keys, access: access)
    }

    /// What is left to do at a start, before anything is served.
    ///
    /// - Parameters:
    ///   - person: Whom the log says to be erased, and who is known all the same.
    ///   - known: What of them is to go.
    /// - Returns: A line for a person to read; nil where nothing was left to do.
    /// - Throws: What a store says; the gateway does not start then.
    func finish(_ person: ErasedPerson, and known: ErasedCredentials) throws -> String? {
        let ended = try credentials.endAll(of: person, and: known)
        if !person.isNobody {
            try persons.beginErasing(person)
            try registry.disown(person.digests)
            try persons.finishErasing(person)
        }
        guard !person.isNobody || ended != ErasedCredentials() else { return nil }
        return "persons erased again because the log says so: \(person.pseudonyms.count);"
            + " sessions and keys of theirs: \(ended.sessions.count + ended.keys.count)"
    }

    /// Erases; blocks while disks write.
    ///
    /// - Throws: What a store says; it is begun then, and finished by the next start at the latest.
    func erase(_ person: ErasedPerson) throws -> ErasedCredentials {
        let ended = try credentials.endAll(of: person)
        try registry.disown(person.digests)
        try persons.finishErasing(person)
        return ended
    }
}

/// The erasing of persons, as operations come by it.
struct ErasureDesk: Sendable {
    let ledger: ErasureLedger
    let eraser: PersonEraser
    let logger: Logger

    /// What of a person goes once they are erased.
    func credentials(of erasure: Erasure) -> ErasedCredentials {
        eraser.credentials.credentials(of: eraser.persons.known(by: erasure.pseudonyms))
    }
}
