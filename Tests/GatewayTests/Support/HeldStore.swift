import Foundation
import GRDB

/// A SQLite file that another process writes to, so that whoever else wants to write is told no at once.
final class HeldStore {
    private let database: DatabaseQueue

    /// Takes a file of a gateway's data folder, which can be read and not written from then on.
    init(_ name: String, of gateway: InProcessGateway) throws {
        var open = Configuration()
        open.allowsUnsafeTransactions = true
        database = try DatabaseQueue(
            path: gateway.folder.appending(path: "data/\(name)").path, configuration: open)
        try database.inDatabase { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    /// Lets others write again.
    func release() throws {
        try database.inDatabase { try $0.execute(sql: "COMMIT") }
        try database.close()
    }
}

extension InProcessGateway {
    /// Runs the body while a store of this gateway can't be written.
    func withoutWriting<R>(
        _ name: String = "credentials.sqlite", _ body: () async throws -> R
    ) async throws -> R {
        let held = try HeldStore(name, of: self)
        let result: Result<R, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        try held.release()
        return try result.get()
    }
}
