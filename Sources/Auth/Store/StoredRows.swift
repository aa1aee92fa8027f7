internal import Dispatch
internal import Foundation
internal import NIOConcurrencyHelpers

/// Rows of a store as they are read at the start, when there may be a hundred thousand.
enum StoredRows {
    /// Rows that one processor takes at a time.
    private static let partCount = 2_048

    /// Decodes the JSON of rows, in their order, with all processors that there are.
    ///
    /// - Throws: The error of the first row that has another form.
    static func decode<Value: Decodable & Sendable>(
        _ rows: [Data], as type: Value.Type
    ) throws -> [Value] {
        let starts = Array(stride(from: 0, to: rows.count, by: partCount))
        let parts = NIOLockedValueBox(
            [Result<[Value], any Error>](repeating: .success([]), count: starts.count))
        DispatchQueue.concurrentPerform(iterations: starts.count) { number in
            let decoder = JSONDecoder()
            let part = Result {
                try rows[starts[number]...].prefix(partCount).map {
                    try decoder.decode(type, from: $0)
                }
            }
            parts.withLockedValue { $0[number] = part }
        }
        return try parts.withLockedValue { $0 }.flatMap { try $0.get() }
    }
}
