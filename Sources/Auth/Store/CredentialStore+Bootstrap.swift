internal import Foundation
internal import GRDB

/// Bootstrap tokens in the store, by their hashes; spent ones stay, so that none is good twice.
extension CredentialStore {
    static func makeBootstrapTokens(_ migrator: inout DatabaseMigrator) {
        migrator.registerMigration("bootstrap") { database in
            try database.execute(
                sql: """
                    CREATE TABLE bootstrap_tokens (
                        hash BLOB PRIMARY KEY NOT NULL,
                        ends INTEGER NOT NULL,
                        sequence INTEGER NOT NULL,
                        spent INTEGER NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
    }

    /// All tokens.
    func loadBootstrapTokens() throws(AuthError) -> [BootstrapTokens.Token] {
        try StoreFile.failable("can't read bootstrap tokens") {
            try database.read { database in
                var tokens: [BootstrapTokens.Token] = []
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT hash, ends, sequence, spent FROM bootstrap_tokens")
                while let row = try rows.next() {
                    guard let hash = Data.fromDatabaseValue(row["hash"]),
                        let hash = SecretHash(stored: Array(hash)),
                        let ends = Int64.fromDatabaseValue(row["ends"]),
                        let sequence = Int64.fromDatabaseValue(row["sequence"]),
                        let spent = Int64.fromDatabaseValue(row["spent"])
                    else { throw AuthError.store("a row of bootstrap_tokens has another form") }
                    tokens.append(
                        BootstrapTokens.Token(
                            hash: hash, endsNanoseconds: ends,
                            madeSequence: UInt64(clamping: sequence), isSpent: spent != 0))
                }
                return tokens
            }
        }
    }

    /// Writes tokens at the start, before anybody else is there.
    func changeNow(bootstrap: [BootstrapTokens.Token]) throws(AuthError) {
        let outcome = database.inDatabase { database in
            Self.perform(Change(bootstrap: bootstrap, result: ()), in: database)
        }
        try outcome.get()
    }

    static func write(_ token: BootstrapTokens.Token, to database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO bootstrap_tokens (hash, ends, sequence, spent) VALUES (?, ?, ?, ?)
                ON CONFLICT (hash) DO UPDATE SET spent = excluded.spent
                """,
            arguments: [
                Data(token.hash.bytes), token.endsNanoseconds, Int64(clamping: token.madeSequence),
                token.isSpent ? 1 : 0,
            ])
    }
}
