internal import NIOCore

/// Times of the exchange; its queues are bounded by the journal's lanes.
enum ExchangeLimits {
    /// How long an outcome record waits for a batch to ride on.
    static let outcomeDelay = TimeAmount.milliseconds(5)
    /// How long an outcome record waits after a batch that could not be written.
    static let outcomeRetryDelay = TimeAmount.seconds(1)
    /// The most characters of a policy's errors that a record keeps.
    static let reasonCharactersMax = 2000
    /// The most characters of a client's `user-agent` that a record keeps.
    static let agentBytesMax = 120
}
