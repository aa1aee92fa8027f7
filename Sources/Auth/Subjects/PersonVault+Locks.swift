internal import Foundation
internal import GRDB
internal import Policy

/// What locked users are known by once their own keys are erased: a digest of the name for each lock, for as long as the lock holds.
extension PersonVault {
    static func makeLocks(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("locks") { database in
            try database.execute(
                sql: """
                    CREATE TABLE locks (
                        id TEXT PRIMARY KEY NOT NULL,
                        name BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
    }

    /// Keeps what a lock on a user catches; on disk when this returns.
    ///
    /// - Throws: ``AuthError/store(_:)``.
    func keep(_ name: LockedName, of lock: String) throws(AuthError) {
        try StoreFile.failable("can't keep whom a lock is on") {
            try database.inDatabase { try Self.write(name, of: lock, to: $0) }
        }
    }

    /// Forgets locks that are gone; what can't be forgotten now is by the next start.
    func forget(locks: [String]) {
        guard !locks.isEmpty else { return }
        try? database.inDatabase { database in
            for id in locks { try Self.forget(lock: id, in: database) }
        }
    }

    /// Keeps the names of locks on users that can be told, forgets those of locks that are gone, and returns all there are then.
    ///
    /// - Throws: ``AuthError/store(_:)``.
    func bringUp(
        lockedNames told: [String: LockedName], of locks: Set<String>
    ) throws(AuthError) -> [String: LockedName] {
        try StoreFile.failable("can't bring up whom locks are on") {
            var names = try database.inDatabase { try Self.lockedNames($0) }
            let over = names.keys.filter { !locks.contains($0) }
            let missing = told.filter { names[$0.key] != $0.value }
            guard !over.isEmpty || !missing.isEmpty else { return names }
            try database.inDatabase { database in
                try database.inTransaction {
                    for id in over { try Self.forget(lock: id, in: database) }
                    for (id, name) in missing { try Self.write(name, of: id, to: database) }
                    return .commit
                }
            }
            for id in over { names[id] = nil }
            return names.merging(missing) { $1 }
        }
    }

    private static func lockedNames(_ database: Database) throws -> [String: LockedName] {
        var names: [String: LockedName] = [:]
        let rows = try Row.fetchCursor(database, sql: "SELECT id, name FROM locks")
        while let row = try rows.next() {
            guard let id = String.fromDatabaseValue(row["id"]),
                let bytes = Data.fromDatabaseValue(row["name"]),
                let name = LockedName(bytes: Array(bytes))
            else { throw AuthError.store("a row of locks has another form") }
            names[id] = name
        }
        return names
    }

    private static func write(
        _ name: LockedName, of lock: String, to database: Database
    ) throws {
        try database.execute(
            sql: """
                INSERT INTO locks (id, name) VALUES (?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name
                """,
            arguments: [lock, Data(name.bytes)])
    }

    private static func forget(lock id: String, in database: Database) throws {
        try database.execute(sql: "DELETE FROM locks WHERE id = ?", arguments: [id])
    }
}
