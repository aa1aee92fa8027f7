public import Audit
internal import Crypto
internal import Foundation
internal import GRDB
internal import NIOConcurrencyHelpers
public import Policy

/// Keeps the keys of the persons that the log speaks of, in one SQLite file (GRDB, write-ahead log) apart from all else.
///
/// A row that is deleted makes a person unknown for good, wherever copies of the log lie; so keep copies of this file apart
/// from those of the log, and no longer.
public final class PersonVault: Sendable {
    struct State {
        var byName: [PersonName: Person] = [:]
        var byPseudonym: [String: Person] = [:]
        /// Those who are being erased, see ``ErasedPerson``.
        var leaving: Set<PersonName> = []
        /// The last day that something of somebody was recorded, see ``lastDay(of:)``.
        var days: [PersonName: Int64] = [:]

        mutating func add(_ person: Person, _ name: PersonName) {
            byName[name] = person
            byPseudonym[person.pseudonym] = person
        }

        /// Who is known by a name, unless they are being erased.
        func known(_ name: PersonName) -> Person? {
            leaving.contains(name) ? nil : byName[name]
        }
    }

    let database: DatabaseQueue
    private let max: Int
    let state: NIOLockedValueBox<State>
    private let claimKey = SymmetricKey(size: .bits256)
    /// The day since the Unix epoch.
    let today: @Sendable () -> Int64

    /// Opens the file, or makes it with mode 0600.
    ///
    /// - Parameters:
    ///   - path: Where it lies.
    ///   - max: How many persons it may know; above that somebody new is refused.
    ///   - clock: The wall clock, nanoseconds since the Unix epoch.
    /// - Throws: ``AuthError/store(_:)`` where it is none of ours, or of a version that is not known here.
    public init(
        path: String, max: Int = AuthLimits.personsMax,
        clock: @escaping @Sendable () -> Int64 = { 0 }
    ) throws(AuthError) {
        self.max = max
        today = { clock() / Self.dayNanoseconds }
        let database = try StoreFile.open(path, label: "maxine.persons", Self.migrator)
        try Self.finishClearing(database)
        self.database = database
        var state = State()
        for (name, person) in try Self.load(database) { state.add(person, name) }
        state.leaving = try Self.loadLeaving(database)
        state.days = try Self.loadDays(database, today: today())
        self.state = NIOLockedValueBox(state)
    }

    /// The person behind a principal; nil where there is none: services, operators' certificates, nobody.
    ///
    /// Somebody new gets a key, which is on disk when this returns: a key that is lost is a person that nobody can tell.
    ///
    /// - Throws: ``AuthError/store(_:)`` where it can't be kept, or too many are known.
    public func person(behind principal: Principal) throws(AuthError) -> Person? {
        guard let name = PersonName(behind: principal) else { return nil }
        return try person(of: name)
    }

    /// A user's name as the detail of a record has it; somebody new gets a key, as from ``person(behind:)``.
    public func sealed(user id: String, for member: String) throws(AuthError) -> SealedText {
        SealedText(id, for: member, by: try person(of: PersonName(kind: .user, id: id)))
    }

    /// Who stands for all of whom it is not known yet who they are; another one from each erasing of somebody on.
    ///
    /// - Throws: ``AuthError/store(_:)`` where no key can be kept.
    package func visitors() throws(AuthError) -> Person { try person(of: .visitors) }

    /// A user who is known already; nil where there is none, and nobody gets a key by that.
    package func known(user id: String) -> Person? {
        state.withLockedValue { $0.known(PersonName(kind: .user, id: id)) }
    }

    /// A word for a name that somebody claimed and nobody is known by: the same for the same name while this process lives, and no
    /// clue to it for whoever has the log.
    package func word(forClaimed name: String) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(name.utf8), using: claimKey)
        return "c-" + code.prefix(9).map { String($0, radix: 36) }.joined()
    }

    /// What a record's sealed member says; nil once the person's key is gone.
    public func open(_ sealed: String, of pseudonym: String, for member: String) -> String? {
        state.withLockedValue { $0.byPseudonym[pseudonym] }?.open(sealed, for: member)
    }

    /// Closes the file.
    public func close() throws(AuthError) {
        try StoreFile.failable("can't close the persons' keys") { try database.close() }
    }

    private func person(of name: PersonName) throws(AuthError) -> Person {
        let known = state.withLockedValue { $0.known(name) }
        guard let known else { return try add(name) }
        note(name)
        return known
    }

    /// One after the other: two requests of somebody new make one key.
    private func add(_ name: PersonName) throws(AuthError) -> Person {
        try StoreFile.failable("can't keep a person's key") {
            try database.inDatabase { database in
                if let known = state.withLockedValue({ $0.known(name) }) { return known }
                guard !state.withLockedValue({ $0.leaving.contains(name) }) else {
                    throw AuthError.store("who asks is being erased from the log")
                }
                guard state.withLockedValue({ $0.byName.count }) < max else {
                    throw AuthError.store("the log speaks of as many persons as it may")
                }
                var random = SystemRandomNumberGenerator()
                let key = SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) }
                let pseudonym =
                    "p-" + String(random.next(), radix: 36) + String(random.next(), radix: 36)
                try database.execute(
                    sql: "INSERT INTO persons (pseudonym, name, key, day) VALUES (?, ?, ?, ?)",
                    arguments: [pseudonym, Data(name.bytes), Data(key), today()])
                let person = Person(pseudonym: pseudonym, key: key)
                state.withLockedValue { state in
                    state.add(person, name)
                    state.days[name] = today()
                }
                return person
            }
        }
    }
}
