internal import Foundation
internal import GRDB

/// A session as it is stored: without its secret, of which there is the hash.
struct StoredSession: Sendable {
    let session: Session
    let hash: SecretHash
    let usedNanoseconds: Int64

    init(_ session: Session, _ hash: SecretHash, usedNanoseconds: Int64) {
        self.session = session
        self.hash = hash
        self.usedNanoseconds = usedNanoseconds
    }
}

/// Sessions in the store; one that has ended leaves no row.
extension CredentialStore {
    static func makeSessions(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("sessions") { database in
            try database.execute(
                sql: """
                    CREATE TABLE sessions (
                        hash BLOB PRIMARY KEY NOT NULL,
                        detail BLOB NOT NULL,
                        used INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
    }

    /// All sessions, the oldest first.
    func loadSessions() throws(AuthError) -> [StoredSession] {
        try StoreFile.failable("can't read sessions") {
            var details: [[UInt8]] = []
            var rest: [(hash: SecretHash, used: Int64)] = []
            try database.read { database in
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT hash, detail, used FROM sessions")
                while let row = try rows.next() {
                    guard let hash = Data.fromDatabaseValue(row["hash"]),
                        let hash = SecretHash(stored: Array(hash)),
                        let detail = Data.fromDatabaseValue(row["detail"]),
                        let used = Int64.fromDatabaseValue(row["used"])
                    else { throw AuthError.store("a row of sessions has another form") }
                    details.append(Array(detail))
                    rest.append((hash, used))
                }
            }
            return zip(try StoredRows.decode(details, as: Session.self), rest).map {
                StoredSession($0, $1.hash, usedNanoseconds: $1.used)
            }.sorted { $0.session.createdNanoseconds < $1.session.createdNanoseconds }
        }
    }

    /// Ends sessions at the start, before anybody else is there.
    func changeNow(ended: [SecretHash]) throws(AuthError) {
        let outcome = database.inDatabase { database in
            Self.perform(Change(endedSessions: ended, result: ()), in: database)
        }
        try outcome.get()
    }

    static func write(_ stored: StoredSession, to database: Database) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        try database.execute(
            sql: """
                INSERT INTO sessions (hash, detail, used) VALUES (?, ?, ?)
                ON CONFLICT (hash) DO UPDATE SET detail = excluded.detail
                """,
            arguments: [
                Data(stored.hash.bytes), try encoder.encode(stored.session), stored.usedNanoseconds,
            ])
    }

    static func end(_ hash: SecretHash, in database: Database) throws {
        try database.execute(
            sql: "DELETE FROM sessions WHERE hash = ?", arguments: [Data(hash.bytes)])
    }
}
