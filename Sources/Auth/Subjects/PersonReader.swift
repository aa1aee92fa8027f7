internal import GRDB
internal import Policy

/// Tells who the persons of a log are, for whoever may read their keys.
///
/// It only reads, also beside a gateway that runs.
public struct PersonReader: Sendable {
    private let path: String
    private var persons: [String: Person] = [:]
    /// Pseudonyms that were looked for in the file; a key is there before its first record is, so once will do.
    private var sought: Set<String> = []

    /// Opens nothing yet.
    ///
    /// - Parameter path: The file of the persons' keys, see ``PersonVault``.
    public init(path: String) {
        self.path = path
    }

    /// What a record's sealed member says; nil where the key is gone, or the file is not to be read.
    public mutating func open(
        _ sealed: String, of pseudonym: String, for member: String
    ) -> String? {
        if persons[pseudonym] == nil, sought.insert(pseudonym).inserted, let all = try? read() {
            persons = all
        }
        return persons[pseudonym]?.open(sealed, for: member)
    }

    /// Under which pseudonym a user stands in the log; nil for who is not known, or where the file is not to be read.
    public func pseudonym(ofUser id: String) -> String? {
        (try? load())?[PersonName(kind: .user, id: id)]?.pseudonym
    }

    private func read() throws -> [String: Person] {
        Dictionary(
            try load().values.map { ($0.pseudonym, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private func load() throws -> [PersonName: Person] {
        var configuration = Configuration()
        configuration.readonly = true
        let database = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? database.close() }
        return try PersonVault.load(database)
    }
}
