internal import Foundation
internal import GRDB
internal import Glibc

/// The SQLite files of this module: for their owner only, and each change is synced before it is acknowledged.
enum StoreFile {
    /// Opens a file, or makes it with mode 0600.
    ///
    /// - Throws: ``AuthError/store(_:)`` where it is none of ours, or of a version that is not known here.
    static func open(
        _ path: String, label: String, _ migrator: DatabaseMigrator
    ) throws(AuthError) -> DatabaseQueue {
        try failable("can't open \(path)") {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw AuthError.store("can't open \(path)") }
            Glibc.close(descriptor)
            var configuration = Configuration()
            configuration.label = label
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA trusted_schema = OFF")
                // What is changed or forgotten leaves nothing in free pages.
                try database.execute(sql: "PRAGMA secure_delete = ON")
            }
            let database = try DatabaseQueue(path: path, configuration: configuration)
            guard try !database.read(migrator.hasBeenSuperseded) else {
                throw AuthError.store("\(path) was written by a later version")
            }
            try migrator.migrate(database)
            return database
        }
    }

    /// Leaves nothing of what was deleted: not in free pages or gaps of pages, and not in the write-ahead log.
    ///
    /// `secure_delete` alone would not do: a row that moved from one page to another may have left bytes behind, and the write-ahead
    /// log has pages as they were.
    static func scrub(_ database: Database) throws {
        // The copy that VACUUM makes is in memory, not in a file of its own.
        try database.execute(sql: "PRAGMA temp_store = MEMORY")
        try database.execute(sql: "PRAGMA busy_timeout = \(AuthLimits.scrubMilliseconds)")
        defer { try? database.execute(sql: "PRAGMA busy_timeout = 0") }
        try database.execute(sql: "VACUUM")
        let busy = try Int.fetchOne(database, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        guard busy == 0 else {
            throw AuthError.store("another process reads the file, so old pages of it stay")
        }
    }

    /// Runs the body and turns whatever it throws into one of our errors.
    static func failable<Value>(
        _ what: String, _ body: () throws -> Value
    ) throws(AuthError) -> Value {
        do {
            return try body()
        } catch let error as AuthError {
            throw error
        } catch let error as DatabaseError {
            throw .store("\(what): \(sentence(of: error))")
        } catch let error as OtherForm {
            throw .store("\(what): \(error)")
        } catch {
            throw .store("\(what): \(error)")
        }
    }

    private static func sentence(of error: DatabaseError) -> String {
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            "the file is damaged, or none of SQLite's. Put a copy of it back"
        case .SQLITE_BUSY, .SQLITE_LOCKED: "another process uses the file"
        case .SQLITE_FULL: "the disk is full"
        case .SQLITE_READONLY: "the file can't be written"
        case .SQLITE_IOERR:
            "the disk fails, or was made read-only (\(error.message ?? "I/O error"))"
        default: error.message ?? "SQLite error \(error.resultCode.rawValue)"
        }
    }
}
