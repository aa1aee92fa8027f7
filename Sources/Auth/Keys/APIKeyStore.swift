internal import Foundation
internal import GRDB
internal import Glibc

/// Keeps API keys and revoked tokens in one SQLite file, each write synced before it is acknowledged.
final class APIKeyStore: Sendable {
    private let database: DatabaseQueue

    /// Opens the file, or makes it with mode 0600.
    init(path: String) throws(AuthError) {
        database = try APIKeyStore.failable("open") {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw AuthError.store("cannot open \(path)") }
            Glibc.close(descriptor)
            var configuration = Configuration()
            configuration.label = "maxine.credentials"
            configuration.prepareDatabase { database in
                try database.execute(sql: "PRAGMA journal_mode = WAL")
                try database.execute(sql: "PRAGMA synchronous = FULL")
                try database.execute(sql: "PRAGMA trusted_schema = OFF")
                try database.execute(sql: "PRAGMA secure_delete = ON")
            }
            let database = try DatabaseQueue(path: path, configuration: configuration)
            var migrator = DatabaseMigrator()
            migrator.registerMigration("1") { database in
                try database.execute(
                    sql: """
                        CREATE TABLE keys (id TEXT PRIMARY KEY NOT NULL, detail BLOB NOT NULL) STRICT;
                        CREATE TABLE revoked_tokens (issuer TEXT NOT NULL, token TEXT NOT NULL,
                            ends INTEGER NOT NULL, PRIMARY KEY (issuer, token)) STRICT;
                        """)
            }
            guard try !database.read(migrator.hasBeenSuperseded) else {
                throw AuthError.store("\(path) was written by a later version")
            }
            try migrator.migrate(database)
            return database
        }
    }

    /// All keys.
    func load() throws(AuthError) -> [APIKey] {
        try APIKeyStore.failable("load") {
            let rows = try database.read { database in
                try Data.fetchAll(database, sql: "SELECT detail FROM keys")
            }
            return try rows.map { try JSONDecoder().decode(APIKey.self, from: $0) }
        }
    }

    /// Writes keys in one transaction.
    func write(_ keys: [APIKey]) async throws(AuthError) {
        do {
            let rows = try keys.map { ($0.id, try JSONEncoder().encode($0)) }
            try await database.write { database in
                for (id, detail) in rows {
                    try database.execute(
                        sql: "INSERT INTO keys VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET "
                            + "detail = excluded.detail",
                        arguments: [id, detail])
                }
            }
        } catch {
            throw .store("write: \(error)")
        }
    }

    /// Closes the file.
    func close() {
        try? database.close()
    }

    private static func failable<R>(
        _ what: String, _ work: () throws -> R
    ) throws(AuthError) -> R {
        do {
            return try work()
        } catch let error as AuthError {
            throw error
        } catch {
            throw .store("\(what): \(error)")
        }
    }
}
