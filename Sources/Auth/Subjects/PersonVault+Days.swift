internal import Foundation
internal import GRDB
internal import NIOConcurrencyHelpers

/// When something of a person was recorded last, to a day: what has to be kept for so long is counted from there.
extension PersonVault {
    static let dayNanoseconds: Int64 = 86_400_000_000_000

    /// The last day of any of these, in days since the Unix epoch; nil where none of them is known.
    public func lastDay(of pseudonyms: [String]) -> Int64? {
        let person = known(by: pseudonyms)
        return state.withLockedValue { state in person.names.compactMap { state.days[$0] }.max() }
    }

    /// Those that an earlier version wrote count from today.
    static func loadDays(
        _ database: DatabaseQueue, today: Int64
    ) throws(AuthError) -> [PersonName: Int64] {
        try StoreFile.failable("can't read when persons were recorded") {
            try database.inDatabase { database in
                try database.execute(
                    sql: "UPDATE persons SET day = ? WHERE day = 0", arguments: [today])
                var days: [PersonName: Int64] = [:]
                let rows = try Row.fetchCursor(database, sql: "SELECT name, day FROM persons")
                while let row = try rows.next() {
                    guard let name = Data.fromDatabaseValue(row["name"]).flatMap(PersonName.init)
                    else { throw AuthError.store("a row of persons has another form") }
                    days[name] = Int64.fromDatabaseValue(row["day"]) ?? today
                }
                return days
            }
        }
    }

    /// Takes note that something of somebody is recorded today; behind the back of who asks, since a day too early is mended by the next.
    func note(_ name: PersonName) {
        let today = today()
        let isNew = state.withLockedValue { state in
            guard let day = state.days[name], day < today else { return false }
            state.days[name] = today
            return true
        }
        guard isNew else { return }
        database.asyncWriteWithoutTransaction { database in
            try? database.execute(
                sql: "UPDATE persons SET day = ? WHERE name = ?",
                arguments: [today, Data(name.bytes)])
        }
    }
}
