internal import Foundation
internal import GRDB

/// Keeps credentials in one SQLite file (GRDB, write-ahead log); each change is synced before it is acknowledged.
///
/// Of a key it holds the hashes of its secrets, of a session that of its own: who reads the file has neither.
public final class CredentialStore: Sendable {
    /// What one change writes.
    struct Change<Result: Sendable>: Sendable {
        var keys: [APIKey] = []
        var forgotten: [String] = []
        var sessions: [StoredSession] = []
        var endedSessions: [SecretHash] = []
        var bootstrap: [BootstrapTokens.Token] = []
        var revocations: [CertificateRevocations.Known] = []
        var forgottenRevocations: [String] = []
        let result: Result
        /// Called once it is on disk, before the next change begins.
        var kept: @Sendable () -> Void = {}

        var isEmpty: Bool {
            keys.isEmpty && forgotten.isEmpty && sessions.isEmpty && endedSessions.isEmpty
                && bootstrap.isEmpty && revocations.isEmpty && forgottenRevocations.isEmpty
        }
    }

    let database: DatabaseQueue

    /// Opens the file, or makes it with mode 0600.
    ///
    /// - Throws: ``AuthError/store(_:)`` where it is none of ours, or of a version that is not known here.
    public init(path: String) throws(AuthError) {
        database = try StoreFile.open(path, label: "maxine.credentials", Self.migrator)
    }

    /// All keys, and when each was used last.
    func loadKeys() throws(AuthError) -> [(key: APIKey, usedNanoseconds: Int64?)] {
        try StoreFile.failable("can't read keys") {
            var details: [[UInt8]] = []
            var uses: [Int64?] = []
            try database.read { database in
                let rows = try Row.fetchCursor(database, sql: "SELECT detail, used FROM api_keys")
                while let row = try rows.next() {
                    guard let detail = Data.fromDatabaseValue(row["detail"]) else {
                        throw AuthError.store("a row of api_keys has another form")
                    }
                    details.append(Array(detail))
                    uses.append(Int64.fromDatabaseValue(row["used"]))
                }
            }
            return zip(try StoredRows.decode(details, as: APIKey.self), uses).map {
                (key: $0, usedNanoseconds: $1)
            }
        }
    }

    /// Makes one change after the other: none begins before the last is on disk and kept.
    ///
    /// It ends whether or not its caller still waits.
    func change<Result: Sendable>(
        _ make: @escaping @Sendable () -> Change<Result>
    ) async throws(AuthError) -> Result {
        let outcome: Swift.Result<Result, AuthError> = await withCheckedContinuation {
            continuation in
            database.asyncWriteWithoutTransaction { database in
                continuation.resume(returning: Self.perform(make(), in: database))
            }
        }
        return try outcome.get()
    }

    /// The same at the start, before anybody else is there.
    func changeNow(_ keys: [APIKey], forgotten: [String]) throws(AuthError) {
        let outcome = database.inDatabase { database in
            Self.perform(Change(keys: keys, forgotten: forgotten, result: ()), in: database)
        }
        try outcome.get()
    }

    /// Writes when keys were used last.
    func write(uses: [(id: String, nanoseconds: Int64)]) async throws(AuthError) {
        try await write("UPDATE api_keys SET used = ? WHERE id = ?", uses.map { ($1, $0) })
    }

    /// Writes when sessions were used last.
    func write(
        sessionUses uses: [(hash: SecretHash, nanoseconds: Int64)]
    ) async throws(AuthError) {
        try await write(
            "UPDATE sessions SET used = ? WHERE hash = ?", uses.map { ($1, Data($0.bytes)) })
    }

    private func write<Name: DatabaseValueConvertible & Sendable>(
        _ sql: String, _ uses: [(nanoseconds: Int64, name: Name)]
    ) async throws(AuthError) {
        guard !uses.isEmpty else { return }
        let outcome: Swift.Result<Void, AuthError> = await withCheckedContinuation { continuation in
            database.asyncWriteWithoutTransaction { database in
                continuation.resume(returning: Self.write(sql, uses, to: database))
            }
        }
        try outcome.get()
    }

    /// Closes the file.
    public func close() throws(AuthError) {
        try StoreFile.failable("can't close") { try database.close() }
    }
}

extension CredentialStore {
    private static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE api_keys (
                        id TEXT PRIMARY KEY NOT NULL,
                        detail BLOB NOT NULL,
                        used INTEGER
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        makeSessions(&migrator)
        makeBootstrapTokens(&migrator)
        makeRevocations(&migrator)
        return migrator
    }

    static func perform<Result: Sendable>(
        _ change: Change<Result>, in database: Database
    ) -> Swift.Result<Result, AuthError> {
        do throws(AuthError) {
            try StoreFile.failable("can't write") {
                if change.isEmpty { return }
                try database.inTransaction {
                    for key in change.keys { try write(key, to: database) }
                    for id in change.forgotten {
                        try database.execute(
                            sql: "DELETE FROM api_keys WHERE id = ?", arguments: [id])
                    }
                    for hash in change.endedSessions { try end(hash, in: database) }
                    for session in change.sessions { try write(session, to: database) }
                    for token in change.bootstrap { try write(token, to: database) }
                    for known in change.revocations { try write(known, to: database) }
                    for id in change.forgottenRevocations {
                        try forget(revocation: id, in: database)
                    }
                    return .commit
                }
            }
        } catch {
            return .failure(error)
        }
        change.kept()
        return .success(change.result)
    }

    private static func write<Name: DatabaseValueConvertible>(
        _ sql: String, _ uses: [(nanoseconds: Int64, name: Name)], to database: Database
    ) -> Swift.Result<Void, AuthError> {
        do throws(AuthError) {
            try StoreFile.failable("can't write") {
                try database.inTransaction {
                    for use in uses {
                        try database.execute(sql: sql, arguments: [use.nanoseconds, use.name])
                    }
                    return .commit
                }
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    private static func write(_ key: APIKey, to database: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try database.execute(
            sql: """
                INSERT INTO api_keys (id, detail) VALUES (?, ?)
                ON CONFLICT (id) DO UPDATE SET detail = excluded.detail
                """,
            arguments: [key.id, try encoder.encode(key)])
    }
}
