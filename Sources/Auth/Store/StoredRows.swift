internal import Dispatch
internal import NIOConcurrencyHelpers

/// What is made from the JSON of one row.
protocol StoredValue: Sendable {
    /// Reads a row.
    ///
    /// - Throws: ``OtherForm`` where it has another form.
    init(_ stored: StoredObject) throws(OtherForm)
}

/// Rows of a store as they are read at the start, when there may be a hundred thousand.
enum StoredRows {
    /// Rows that one processor takes at a time.
    private static let partCount = 2_048

    /// Reads the JSON of rows, in their order, with all processors that there are.
    ///
    /// - Throws: The error of the first row that has another form.
    static func decode<Value: StoredValue>(
        _ rows: [[UInt8]], as type: Value.Type
    ) throws(OtherForm) -> [Value] {
        let starts = Array(stride(from: 0, to: rows.count, by: partCount))
        let parts = NIOLockedValueBox(
            [Result<[Value], OtherForm>](repeating: .success([]), count: starts.count))
        DispatchQueue.concurrentPerform(iterations: starts.count) { number in
            let part = decode(rows[starts[number]...].prefix(partCount), as: type)
            parts.withLockedValue { $0[number] = part }
        }
        var values: [Value] = []
        values.reserveCapacity(rows.count)
        for part in parts.withLockedValue({ $0 }) { values += try part.get() }
        return values
    }

    private static func decode<Value: StoredValue>(
        _ rows: ArraySlice<[UInt8]>, as type: Value.Type
    ) -> Result<[Value], OtherForm> {
        do throws(OtherForm) {
            var values: [Value] = []
            values.reserveCapacity(rows.count)
            for row in rows { values.append(try Value(StoredObject(row))) }
            return .success(values)
        } catch {
            return .failure(error)
        }
    }
}
