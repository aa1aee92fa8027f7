import Foundation
import GRDB
import Glibc
import Policy
import StrictJSON

/// Keeps registration entries and join tokens in one SQLite file (GRDB, write-ahead log, full sync).
///
/// `synchronous` is FULL: what was acknowledged survives a power cut, and a used join token stays used.
public final class SQLiteEntryStore: EntryStore {
    private let database: DatabaseQueue
    private let rules: EntryRules

    /// Opens the file, or makes it with mode 0600.
    ///
    /// - Throws: `EntryRefusal.storeFailed`.
    public init(path: String, rules: EntryRules) throws(EntryRefusal) {
        self.rules = rules
        database = try Self.failable("open") {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw EntryRefusal.storeFailed("cannot open \(path)") }
            Glibc.close(descriptor)
            var configuration = Configuration()
            configuration.label = "maxine.identity"
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA trusted_schema = OFF")
            }
            let database = try DatabaseQueue(path: path, configuration: configuration)
            guard try !database.read(Self.migrator.hasBeenSuperseded) else {
                throw EntryRefusal.storeFailed("\(path) was written by a later version")
            }
            try Self.migrator.migrate(database)
            return database
        }
    }

    /// Reads everything; a row that no longer passes the rules is an error.
    public func load() throws(EntryRefusal) -> StoredEntries {
        let rules = rules
        return try Self.failable("load") {
            try database.read { database in
                let index = try Int64.fetchOne(database, sql: "SELECT value FROM entry_index")
                let entries = try Row.fetchAll(
                    database, sql: "SELECT document, created FROM entries ORDER BY created, id")
                let tokens = try Row.fetchAll(
                    database, sql: "SELECT hash, agent, expires, used FROM join_tokens")
                return StoredEntries(
                    entries: try entries.map { try Self.entry($0, rules: rules) },
                    tokens: try tokens.map(Self.token), index: UInt64(clamping: index ?? 0))
            }
        }
    }

    /// Adds an entry in one transaction with the index.
    public func add(_ entry: RegistrationEntry, index: UInt64) throws(EntryRefusal) {
        var writer = JSONWriter()
        entry.write(to: &writer)
        let document = Data(writer.bytes)
        try write("add an entry") { database in
            try database.execute(
                sql: "INSERT INTO entries (id, document, created) VALUES (?, ?, ?)",
                arguments: [entry.id, document, entry.createdNanoseconds])
            try Self.set(index, database)
        }
    }

    /// Removes an entry in one transaction with the index.
    public func remove(id: String, index: UInt64) throws(EntryRefusal) {
        try write("remove an entry") { database in
            try database.execute(sql: "DELETE FROM entries WHERE id = ?", arguments: [id])
            try Self.set(index, database)
        }
    }

    /// Adds a join token by its hash.
    public func add(_ token: StoredJoinToken) throws(EntryRefusal) {
        try write("add a join token") { database in
            try database.execute(
                sql: "INSERT INTO join_tokens (hash, agent, expires, used) VALUES (?, ?, ?, ?)",
                arguments: [
                    Data(token.hash), token.agent, token.expiresNanoseconds, token.usedNanoseconds,
                ])
        }
    }

    /// Marks a join token as used; one that is used already is an error.
    public func use(hash: [UInt8], nowNanoseconds: Int64) throws(EntryRefusal) {
        try write("use a join token") { database in
            try database.execute(
                sql: "UPDATE join_tokens SET used = ? WHERE hash = ? AND used IS NULL",
                arguments: [nowNanoseconds, Data(hash)])
            guard database.changesCount == 1 else {
                throw EntryRefusal.storeFailed("the join token is not there any more")
            }
        }
    }

    /// Forgets the join tokens that expired before a moment.
    public func forgetTokens(expiredBefore nanoseconds: Int64) throws(EntryRefusal) {
        try write("forget join tokens") { database in
            try database.execute(
                sql: "DELETE FROM join_tokens WHERE expires < ?", arguments: [nanoseconds])
        }
    }

    private func write(
        _ what: String, _ body: (Database) throws -> Void
    ) throws(EntryRefusal) {
        try Self.failable(what) { try database.write(body) }
    }
}

extension SQLiteEntryStore {
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE entries (
                        id TEXT PRIMARY KEY, document BLOB NOT NULL, created INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE join_tokens (
                        hash BLOB PRIMARY KEY, agent TEXT NOT NULL, expires INTEGER NOT NULL,
                        used INTEGER
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE entry_index (
                        singleton INTEGER PRIMARY KEY CHECK (singleton = 0),
                        value INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO entry_index (singleton, value) VALUES (0, 0);
                    """)
        }
        return migrator
    }

    private static func set(_ index: UInt64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE entry_index SET value = ?", arguments: [Int64(clamping: index)])
    }

    private static func entry(_ row: Row, rules: EntryRules) throws -> RegistrationEntry {
        guard let document = Data.fromDatabaseValue(row["document"]),
            let created = Int64.fromDatabaseValue(row["created"])
        else { throw EntryRefusal.storeFailed("a row of entries has another form") }
        return try RegistrationEntry(
            stored: StrictJSON.parse(Array(document)), rules: rules, createdNanoseconds: created)
    }

    private static func token(_ row: Row) throws -> StoredJoinToken {
        guard let hash = Data.fromDatabaseValue(row["hash"]),
            let agent = String.fromDatabaseValue(row["agent"]),
            let expires = Int64.fromDatabaseValue(row["expires"])
        else { throw EntryRefusal.storeFailed("a row of join tokens has another form") }
        return StoredJoinToken(
            hash: Array(hash), agent: agent, expiresNanoseconds: expires,
            usedNanoseconds: Int64.fromDatabaseValue(row["used"]))
    }

    private static func failable<Value>(
        _ what: String, _ body: () throws -> Value
    ) throws(EntryRefusal) -> Value {
        do {
            return try body()
        } catch let refusal as EntryRefusal {
            throw refusal
        } catch {
            throw .storeFailed("\(what): \(error)")
        }
    }
}
