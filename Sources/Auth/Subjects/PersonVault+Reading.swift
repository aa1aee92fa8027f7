internal import Crypto
internal import Foundation
internal import GRDB

extension PersonVault {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { database in
            try database.execute(
                sql: """
                    CREATE TABLE persons (
                        pseudonym TEXT PRIMARY KEY NOT NULL,
                        name BLOB NOT NULL UNIQUE,
                        key BLOB NOT NULL
                    ) STRICT, WITHOUT ROWID;
                    """)
        }
        makeLocks(&migrator)
        makeErasing(&migrator)
        return migrator
    }

    static func load(_ database: DatabaseQueue) throws(AuthError) -> [PersonName: Person] {
        try StoreFile.failable("can't read the persons' keys") {
            try database.read { database in
                var persons: [PersonName: Person] = [:]
                let rows = try Row.fetchCursor(
                    database, sql: "SELECT pseudonym, name, key FROM persons")
                while let row = try rows.next() {
                    guard let name = Data.fromDatabaseValue(row["name"]).flatMap(PersonName.init),
                        let pseudonym = String.fromDatabaseValue(row["pseudonym"]),
                        let key = Data.fromDatabaseValue(row["key"]), key.count == 32
                    else { throw AuthError.store("a row of persons has another form") }
                    persons[name] = Person(pseudonym: pseudonym, key: Array(key))
                }
                return persons
            }
        }
    }
}
