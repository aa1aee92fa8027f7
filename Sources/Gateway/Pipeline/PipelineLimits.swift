internal import NIOCore

/// Times and sizes of the pipeline; the fast lane's queues are bounded by the journal's lanes.
enum PipelineLimits {
    /// How long an outcome record waits for a batch to ride on.
    static let outcomeDelay = TimeAmount.milliseconds(5)
    /// How long an outcome record waits after a batch that could not be written.
    static let outcomeRetryDelay = TimeAmount.seconds(1)
    /// The most characters of a policy's errors that a record keeps.
    static let reasonCharactersMax = 2000
    /// The most characters of a client's `user-agent` that a record keeps.
    static let agentBytesMax = 120
    /// Calls in the slow lane at once.
    static let slowCallsMax = 1024
    /// How long a call in the slow lane may take.
    static let slowCallTime = Duration.seconds(30)
    /// The longest bearer token, key or cookie value that is looked at.
    static let tokenBytesMax = 8192
}
