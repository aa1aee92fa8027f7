internal import NIOCore

/// Times and bounds of the exchange; the fast lane's queues are bounded by the journal's lanes.
enum ExchangeLimits {
    /// How long an outcome record waits for a batch to ride on.
    static let outcomeDelay = TimeAmount.milliseconds(5)
    /// How long an outcome record waits after a batch that could not be written.
    static let outcomeRetryDelay = TimeAmount.seconds(1)
    /// The most characters of a policy's errors that a record keeps.
    static let reasonCharactersMax = 2000
    /// The most characters of a client's `user-agent` that a record keeps.
    static let agentBytesMax = 120
    /// Slow operations in flight that compute or ask another machine.
    static let slowWorkMax = 64
    /// Slow operations in flight that sleep until something happens.
    static let slowWaitsMax = 4096
    /// Streamed answers in flight.
    static let streamsMax = 1024
    /// When a slow operation's client is answered 504, unless the operation says otherwise.
    static let slowDeadline = Duration.seconds(10)
    /// Credentials that a connection remembers as verified.
    static let rememberedCredentialsMax = 8
    /// The longest credential that is looked at.
    static let credentialBytesMax = 8192
}
