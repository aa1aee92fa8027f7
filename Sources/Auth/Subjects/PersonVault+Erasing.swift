internal import Foundation
internal import GRDB
internal import NIOConcurrencyHelpers

/// The end of a person's key: marked before anything of theirs is taken away, and gone last, so that no crash leaves half of it.
extension PersonVault {
    static func makeErasing(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("erasing") { database in
            try database.execute(
                sql: """
                    ALTER TABLE persons ADD COLUMN leaving INTEGER NOT NULL DEFAULT 0;
                    ALTER TABLE persons ADD COLUMN day INTEGER NOT NULL DEFAULT 0;
                    """)
        }
    }

    static func loadLeaving(_ database: DatabaseQueue) throws(AuthError) -> Set<PersonName> {
        try StoreFile.failable("can't read who is being erased") {
            let names = try database.read {
                try Data.fetchAll($0, sql: "SELECT name FROM persons WHERE leaving <> 0")
            }
            return Set(names.compactMap(PersonName.init))
        }
    }

    /// Who stands behind these pseudonyms, as far as they are known still.
    public func known(by pseudonyms: [String]) -> ErasedPerson {
        state.withLockedValue { state in
            let known = Set(pseudonyms.filter { state.byPseudonym[$0] != nil })
            return ErasedPerson(
                names: Set(state.byName.filter { known.contains($0.value.pseudonym) }.keys),
                pseudonyms: known.sorted())
        }
    }

    /// The pseudonyms of users by their exact names; who is not known has none.
    public func pseudonyms(of users: [String]) -> [String] {
        users.compactMap { known(user: $0)?.pseudonym }
    }

    /// Those whose erasing was begun and not finished.
    public var leaving: ErasedPerson {
        let pseudonyms = state.withLockedValue { state in
            state.leaving.compactMap { state.byName[$0]?.pseudonym }
        }
        return known(by: pseudonyms)
    }

    /// Begins: from now on nothing is recorded of the person, also after a start, until it is finished.
    ///
    /// - Throws: ``AuthError/store(_:)``; then nothing is begun.
    public func beginErasing(_ person: ErasedPerson) throws(AuthError) {
        state.withLockedValue { $0.leaving.formUnion(person.names) }
        do throws(AuthError) {
            try StoreFile.failable("can't begin to erase a person") {
                try database.inDatabase { database in
                    try database.inTransaction {
                        for name in person.names {
                            try database.execute(
                                sql: "UPDATE persons SET leaving = 1 WHERE name = ?",
                                arguments: [Data(name.bytes)])
                        }
                        return .commit
                    }
                }
            }
        } catch {
            state.withLockedValue { $0.leaving.subtract(person.names) }
            throw error
        }
    }

    /// Ends it: the key is gone from the file, from what of it SQLite had not overwritten, and from memory.
    ///
    /// - Throws: ``AuthError/store(_:)``; it is still begun then, and has to be finished.
    public func finishErasing(_ person: ErasedPerson) throws(AuthError) {
        // What they did before it was known who they are is hidden by the visitors' key.
        let names = person.names.union([.visitors])
        try StoreFile.failable("can't erase a person's key") {
            try database.inDatabase { database in
                try database.inTransaction {
                    for name in names {
                        try database.execute(
                            sql: "DELETE FROM persons WHERE name = ?",
                            arguments: [Data(name.bytes)])
                    }
                    // Until the file is cleared, a start has to do it.
                    try database.execute(sql: "PRAGMA user_version = 1")
                    return .commit
                }
                try Self.clear(database)
            }
        }
        state.withLockedValue { state in
            for name in names {
                if let gone = state.byName.removeValue(forKey: name) {
                    state.byPseudonym[gone.pseudonym] = nil
                }
                state.days[name] = nil
            }
            state.leaving.subtract(person.names)
        }
    }

    /// Clears the file where a crash came between the end of a key and this.
    static func finishClearing(_ database: DatabaseQueue) throws(AuthError) {
        try StoreFile.failable("can't clear the file of persons' keys") {
            try database.inDatabase { database in
                guard try Int.fetchOne(database, sql: "PRAGMA user_version") != 0 else { return }
                try clear(database)
            }
        }
    }

    private static func clear(_ database: Database) throws {
        try StoreFile.scrub(database)
        try database.execute(sql: "PRAGMA user_version = 0")
    }
}
