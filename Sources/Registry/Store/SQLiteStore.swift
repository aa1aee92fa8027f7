import Foundation
import GRDB
import Glibc

/// Keeps the registry in one SQLite file (GRDB, write-ahead log).
///
/// `synchronous` is NORMAL: a power cut may undo the last transactions but never tears one
/// (SQLite, "Write-Ahead Logging", section 3.3), and the journal redoes what is undone, since the
/// applied sequence is undone with it. So the store needs no second fsync for each batch.
public final class SQLiteStore: RegistryStore {
    let database: DatabaseQueue

    /// Opens the file, or makes it with mode 0600.
    ///
    /// - Throws: ``RegistryError/store(_:)`` where it is no registry of a version known here.
    public init(path: String) throws(RegistryError) {
        database = try SQLiteStore.failable("can't open \(path)") {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw RegistryError.store("cannot open \(path)") }
            Glibc.close(descriptor)
            var configuration = Configuration()
            configuration.label = "maxine.registry"
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                try database.execute(sql: "PRAGMA synchronous = NORMAL")
                try database.execute(sql: "PRAGMA trusted_schema = OFF")
            }
            let database = try DatabaseQueue(path: path, configuration: configuration)
            let migrator = SQLiteStore.migrator
            guard try !database.read(migrator.hasBeenSuperseded) else {
                throw RegistryError.store("\(path) was written by a later version")
            }
            try migrator.migrate(database)
            return database
        }
    }

    /// Reads the whole stored state.
    public func load() throws(RegistryError) -> StoredState {
        try SQLiteStore.failable("load") {
            try database.read { database in
                let applied = try Int64.fetchOne(database, sql: "SELECT sequence FROM applied")
                let rows = try Row.fetchCursor(
                    database,
                    sql: "SELECT namespace, service, id, sequence, detail, owner FROM instances")
                var state = StoredState(appliedSequence: UInt64(clamping: applied ?? 0))
                while let row = try rows.next() {
                    state.instances.append(try SQLiteStore.instance(row))
                }
                return state
            }
        }
    }

    /// Writes a batch in one transaction.
    public func write(_ batch: StoreBatch) throws(RegistryError) {
        try SQLiteStore.failable("write") {
            try database.write { database in
                if batch.replacesAll { try database.execute(sql: "DELETE FROM instances") }
                for row in batch.rows { try SQLiteStore.write(row, to: database) }
                guard let applied = batch.appliedSequence else { return }
                try database.execute(
                    sql: "UPDATE applied SET sequence = ?",
                    arguments: [Int64(clamping: applied)])
            }
        }
    }

    /// Writes the file anew and empties the write-ahead log, so that no page of either has what was overwritten.
    public func scrub() throws(RegistryError) {
        try SQLiteStore.failable("clear") {
            try database.inDatabase { database in
                try database.execute(sql: "PRAGMA temp_store = MEMORY")
                try database.execute(sql: "VACUUM")
                let busy = try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                guard busy == 0 else {
                    throw RegistryError.store("another process reads the file")
                }
            }
        }
    }

    /// Makes what was written durable: the write-ahead log is synced and brought into the file, and that is synced (SQLite, "PRAGMA
    /// wal_checkpoint").
    public func sync() throws(RegistryError) {
        try SQLiteStore.failable("sync") {
            try database.writeWithoutTransaction { _ = try $0.checkpoint(.full) }
        }
    }

    /// Closes the file.
    public func close() throws(RegistryError) {
        try SQLiteStore.failable("close") { try database.close() }
    }
}

extension SQLiteStore {
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE instances (
                        namespace TEXT NOT NULL,
                        service TEXT NOT NULL,
                        id TEXT NOT NULL,
                        sequence INTEGER NOT NULL,
                        detail BLOB NOT NULL,
                        PRIMARY KEY (namespace, service, id)
                    ) STRICT, WITHOUT ROWID;
                    CREATE TABLE applied (
                        singleton INTEGER PRIMARY KEY CHECK (singleton = 0),
                        sequence INTEGER NOT NULL
                    ) STRICT;
                    INSERT INTO applied (singleton, sequence) VALUES (0, 0);
                    """)
        }
        migrator.registerMigration("2") { database in
            try database.execute(sql: "ALTER TABLE instances ADD COLUMN owner BLOB")
        }
        return migrator
    }

    private static func instance(_ row: GRDB.Row) throws -> StoredInstance {
        guard let namespace = String.fromDatabaseValue(row["namespace"]),
            let service = String.fromDatabaseValue(row["service"]),
            let id = String.fromDatabaseValue(row["id"]),
            let sequence = Int64.fromDatabaseValue(row["sequence"]),
            let detail = Data.fromDatabaseValue(row["detail"])
        else { throw RegistryError.store("a row of instances has another form") }
        return StoredInstance(
            namespace: namespace, service: service, id: id,
            sequence: UInt64(clamping: sequence), detail: [UInt8](detail),
            owner: Data.fromDatabaseValue(row["owner"]).map { [UInt8]($0) })
    }

    private static func write(_ row: StoreBatch.Row, to database: Database) throws {
        guard let instance = row.instance else {
            try database.cachedStatement(
                sql: "DELETE FROM instances WHERE namespace = ? AND service = ? AND id = ?"
            ).execute(arguments: [row.namespace, row.service, row.id])
            return
        }
        try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO instances (namespace, service, id, sequence, detail, owner)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                row.namespace, row.service, row.id, Int64(clamping: instance.sequence),
                Data(instance.detail), instance.owner.map { Data($0) },
            ])
    }

    private static func sentence(of error: DatabaseError) -> String {
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            "the file is damaged, or none of SQLite's. It holds nothing that the audit log does not: move it away"
                + " with its -wal and -shm, and start again"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "another process uses the file"
        default: error.message ?? "SQLite error \(error.resultCode.rawValue)"
        }
    }

    /// Runs the body and turns whatever it throws into one of our errors.
    private static func failable<Value>(
        _ what: String, _ body: () throws -> Value
    ) throws(RegistryError) -> Value {
        do {
            return try body()
        } catch let error as RegistryError {
            throw error
        } catch let error as DatabaseError {
            throw .store("\(what): \(sentence(of: error))")
        } catch {
            throw .store("\(what): \(error)")
        }
    }
}
