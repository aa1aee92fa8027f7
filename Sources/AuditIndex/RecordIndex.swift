internal import Foundation
internal import GRDB
internal import Glibc

/// Finds records of the log by what they say: a file that is made from the log alone, and made anew where it does not fit it.
///
/// INVARIANT: it holds only what stands in the log, sealed as it is there, so it knows nobody in clear who is a person.
public final class RecordIndex {
    let database: DatabaseQueue
    let codec: LineCodec
    /// How many places of the log are looked at between two looks at the time.
    let windowRecords: Int64

    /// Where the file is.
    public let path: String

    /// Opens the file, or makes it with mode 0600.
    ///
    /// One of another version or that can't be read is made anew.
    ///
    /// - Throws: ``IndexError/store(_:)`` where there can be none.
    public convenience init(path: String) throws(IndexError) {
        try self.init(path: path, windowRecords: IndexLimits.windowRecords)
    }

    package init(path: String, windowRecords: Int64) throws(IndexError) {
        self.path = path
        self.windowRecords = windowRecords
        codec = try LineCodec()
        database = try Self.failable("can't open \(path)") {
            do {
                return try Self.open(path)
            } catch let error as DatabaseError where Self.isOurs(error) {
                try Self.remove(path)
                return try Self.open(path)
            }
        }
    }

    /// The last record that it holds, 0 where it holds none.
    public func size() throws(IndexError) -> UInt64 { try last()?.sequence ?? 0 }

    /// The last record and its line.
    func last() throws(IndexError) -> (sequence: UInt64, line: [UInt8])? {
        let row = try Self.failable("can't be read") {
            try database.read { database in
                try Row.fetchOne(
                    database, sql: "SELECT seq, line FROM records ORDER BY seq DESC LIMIT 1")
            }
        }
        guard let row else { return nil }
        return (UInt64(clamping: row["seq"] as Int64), try codec.unpack(Array(row["line"] as Data)))
    }

    /// Forgets everything.
    func clear() throws(IndexError) {
        try Self.failable("can't be cleared") {
            try database.write { database in
                try database.execute(sql: "DELETE FROM records")
                try database.execute(sql: "DELETE FROM words")
            }
        }
    }

    /// Forgets what the log holds no more.
    func forget(before first: UInt64) throws(IndexError) {
        try Self.failable("can't be written") {
            try database.write { database in
                try database.execute(
                    sql: "DELETE FROM records WHERE seq < ?", arguments: [Int64(clamping: first)])
            }
        }
    }

    /// Closes the file.
    public func close() throws(IndexError) {
        try Self.failable("can't be closed") { try database.close() }
    }
}

extension RecordIndex {
    private static let version = 1

    private static func open(_ path: String) throws -> DatabaseQueue {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw IndexError.store("can't open \(path): \(String(cString: strerror(errno)))")
        }
        _ = fchmod(descriptor, 0o600)
        Glibc.close(descriptor)
        var configuration = Configuration()
        configuration.label = "maxine.index"
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            // What a power cut takes is read from the log again; no transaction is torn.
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        let database = try DatabaseQueue(path: path, configuration: configuration)
        let found = try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        if found == version { return database }
        try database.close()
        guard found == 0 else {
            try remove(path)
            return try open(path)
        }
        let made = try DatabaseQueue(path: path, configuration: configuration)
        try made.write { try $0.execute(sql: schema) }
        return made
    }

    private static func remove(_ path: String) throws {
        for name in [path, path + "-wal", path + "-shm"] {
            guard unlink(name) == 0 || errno == ENOENT else {
                throw IndexError.store("can't remove \(name): \(String(cString: strerror(errno)))")
            }
        }
    }

    /// What another file in its place, or half of one, is answered with.
    private static func isOurs(_ error: DatabaseError) -> Bool {
        [.SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_ERROR].contains(error.resultCode)
    }

    private static let schema = """
        CREATE TABLE words (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
        CREATE TABLE records (
            seq INTEGER PRIMARY KEY, time INTEGER NOT NULL, status INTEGER,
            action INTEGER, decision INTEGER, principal INTEGER, service INTEGER,
            namespace INTEGER, rule INTEGER, address INTEGER, request INTEGER,
            other INTEGER, line BLOB NOT NULL
        ) STRICT;
        CREATE INDEX by_principal ON records (principal) WHERE principal IS NOT NULL;
        CREATE INDEX by_service ON records (service) WHERE service IS NOT NULL;
        CREATE INDEX by_rule ON records (rule) WHERE rule IS NOT NULL;
        CREATE INDEX by_address ON records (address) WHERE address IS NOT NULL;
        CREATE INDEX by_action ON records (action) WHERE action IS NOT NULL;
        CREATE INDEX by_request ON records (request) WHERE request IS NOT NULL;
        PRAGMA user_version = 1;
        """

    static func failable<Value>(
        _ what: String, _ body: () throws -> Value
    ) throws(IndexError) -> Value {
        do {
            return try body()
        } catch let error as IndexError {
            throw error
        } catch let error as DatabaseError {
            throw .store("\(what): \(error.message ?? error.resultCode.description)")
        } catch {
            throw .store("\(what): \(error)")
        }
    }
}
