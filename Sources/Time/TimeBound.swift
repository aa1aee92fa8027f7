/// Thrown where what is waited for takes longer than it may.
public struct TimeIsOver: Error, CustomStringConvertible {
    /// What it says to people.
    public let description = "it does not answer in time"

    /// For another's bound that is over.
    public init() {}
}

/// Waits for something, and no longer than a time; what takes longer is cancelled and must end then.
///
/// - Throws: ``TimeIsOver``, or what the body throws.
public func within<Value: Sendable>(
    _ time: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        defer { group.cancelAll() }
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: time)
            throw TimeIsOver()
        }
        guard let first = try await group.next() else { throw TimeIsOver() }
        return first
    }
}
