internal import Foundation
internal import GRDB

/// Revocations of certificates in the store, in the order in which they were made.
extension CredentialStore {
    static func makeRevocations(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("revocations") { database in
            try database.execute(
                sql: """
                    CREATE TABLE revocations (
                        number INTEGER PRIMARY KEY NOT NULL,
                        id TEXT NOT NULL UNIQUE,
                        detail BLOB NOT NULL,
                        at INTEGER NOT NULL
                    ) STRICT;
                    """)
        }
    }

    /// All revocations.
    func loadRevocations() throws(AuthError) -> [CertificateRevocations.Known] {
        try StoreFile.failable("can't read revocations") {
            try database.read { database in
                var list: [CertificateRevocations.Known] = []
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT detail, at FROM revocations ORDER BY number")
                while let row = try rows.next() {
                    guard let detail = Data.fromDatabaseValue(row["detail"]),
                        let revocation = CertificateRevocation(detail: Array(detail)),
                        let seconds = Int64.fromDatabaseValue(row["at"])
                    else { throw AuthError.store("a row of revocations has another form") }
                    list.append(.init(revocation: revocation, atSeconds: seconds))
                }
                return list
            }
        }
    }

    /// Writes revocations at the start, before anybody else is there.
    func changeNow(
        revocations: [CertificateRevocations.Known], forgotten: [String]
    ) throws(AuthError) {
        let outcome = database.inDatabase { database in
            Self.perform(
                Change(revocations: revocations, forgottenRevocations: forgotten, result: ()),
                in: database)
        }
        try outcome.get()
    }

    static func write(_ known: CertificateRevocations.Known, to database: Database) throws {
        try database.execute(
            sql: "INSERT OR IGNORE INTO revocations (id, detail, at) VALUES (?, ?, ?)",
            arguments: [
                known.revocation.id, Data(known.revocation.detail), known.atSeconds,
            ])
    }

    static func forget(revocation id: String, in database: Database) throws {
        try database.execute(sql: "DELETE FROM revocations WHERE id = ?", arguments: [id])
    }
}
