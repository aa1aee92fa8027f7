internal import NIOCore

/// Times of the exchange; its queues are bounded by the journal's lanes.
enum ExchangeLimits {
    /// How long an outcome record waits for a batch to ride on.
    static let outcomeDelay = TimeAmount.milliseconds(5)
    /// The most characters of a policy's errors that a record keeps.
    static let reasonCharactersMax = 2000
    /// The most characters of a client's `user-agent` that a record keeps.
    static let agentBytesMax = 120
}
