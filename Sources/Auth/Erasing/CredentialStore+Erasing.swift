internal import Foundation
internal import GRDB
internal import NIOConcurrencyHelpers

/// What was taken from a person who is erased, by ids that say nothing of them.
public struct ErasedCredentials: Sendable, Equatable {
    /// The sessions that ended.
    public internal(set) var sessions: [String] = []
    /// The API keys that are gone.
    public internal(set) var keys: [String] = []

    /// Nothing.
    public init() {}

    init(sessions: [String], keys: [String]) {
        self.sessions = sessions
        self.keys = keys
    }
}

extension CredentialStore {
    /// Clears the file of all that was deleted from it.
    func scrub() throws(AuthError) {
        try StoreFile.failable("can't clear the file") {
            try database.inDatabase { try StoreFile.scrub($0) }
        }
    }
}

extension SessionRing {
    /// The ids of a person's sessions.
    public func ids(of person: ErasedPerson) -> [String] {
        entries(of: person).map(\.session.id).sorted()
    }

    /// Ends all sessions of a person for good: at once in memory, and in the store before it returns.
    ///
    /// - Throws: ``AuthError/store(_:)``; they have ended all the same.
    func erase(_ person: ErasedPerson, and more: [String]) throws(AuthError) -> [String] {
        let own = entries(of: person)
        let entries = own + more.compactMap { find($0) }
        guard !entries.isEmpty else { return [] }
        state.withLockedValue { $0.unwritten.formUnion(entries.map(\.hash)) }
        forget(entries)
        try store.changeNow(ended: entries.map(\.hash))
        state.withLockedValue { $0.unwritten.subtract(entries.map(\.hash)) }
        return Set(entries.map(\.session.id)).sorted()
    }

    private func entries(of person: ErasedPerson) -> [Entry] {
        state.withLockedValue { Array($0.byID.values) }.filter {
            person.isPrincipal(kind: $0.session.holder.kind, id: $0.session.holder.id)
        }
    }
}

extension APIKeyRing {
    /// The ids of a person's keys, ended ones included.
    public func ids(of person: ErasedPerson) -> [String] {
        state.withLockedValue { $0.entries.values.map(\.key) }.filter {
            person.isPrincipal(kind: $0.owner.kind, id: $0.owner.id)
        }.map(\.id).sorted()
    }

    /// Takes all keys of a person away, with all that is known of them: at once in memory, and in the store before it returns.
    ///
    /// - Throws: ``AuthError/store(_:)``; they are worth nothing all the same.
    func erase(_ person: ErasedPerson, and more: [String]) throws(AuthError) -> [String] {
        let ids = Set(ids(of: person) + more.filter { find($0) != nil }).sorted()
        guard !ids.isEmpty else { return [] }
        forget(ids)
        losesWorth()
        try store.changeNow([], forgotten: ids)
        return ids
    }
}

/// Takes a person out of all that this module keeps.
public struct CredentialEraser: Sendable {
    private let sessions: SessionRing
    private let keys: APIKeyRing
    private let access: AccessLedger

    /// Names what there is of persons.
    public init(sessions: SessionRing, keys: APIKeyRing, access: AccessLedger) {
        self.sessions = sessions
        self.keys = keys
        self.access = access
    }

    /// Takes sessions, keys and given roles away, so that nothing is done in the person's name any more; blocks while the disk writes.
    ///
    /// - Parameters:
    ///   - person: Whose.
    ///   - known: What the log says was taken from others before, and an old copy may have brought back.
    /// - Returns: What was there and is no more.
    /// - Throws: ``AuthError/store(_:)``; it is to be done again then.
    public func endAll(
        of person: ErasedPerson, and known: ErasedCredentials = ErasedCredentials()
    ) throws(AuthError) -> ErasedCredentials {
        access.forget(person)
        let ended = ErasedCredentials(
            sessions: try sessions.erase(person, and: known.sessions),
            keys: try keys.erase(person, and: known.keys))
        if !person.isNobody || ended != ErasedCredentials() { try sessions.store.scrub() }
        return ended
    }

    /// What the record says that is to be taken.
    public func credentials(of person: ErasedPerson) -> ErasedCredentials {
        ErasedCredentials(sessions: sessions.ids(of: person), keys: keys.ids(of: person))
    }
}
