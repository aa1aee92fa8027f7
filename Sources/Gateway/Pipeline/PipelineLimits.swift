internal import NIOCore

/// Times and sizes of the pipeline; the fast lane's queues are bounded by the journal's lanes.
enum PipelineLimits {
    /// How long an outcome record waits for a batch to ride on.
    static let outcomeDelay = TimeAmount.milliseconds(5)
    /// How long an outcome record waits after a batch that could not be written.
    static let outcomeRetryDelay = TimeAmount.seconds(1)
    /// Batches that a lane writes at most when the gateway stops; more than one where outcomes follow.
    static let finishRoundsMax = 8
    /// How often a heartbeat is judged whose instance is changed again and again before it acts.
    static let judgementsMax = 3
    /// For how many instances a connection remembers how the renewal of its lease was recorded.
    static let seriesMax = 64
    /// How long a connection has for what was asked on it, whose credential or principal may go on no longer.
    static let endedDrainTime = TimeAmount.milliseconds(500)
    /// Ways in which one principal is known to have come, by its groups and claims; the oldest is forgotten for one more.
    static let principalsKnownMax = 16
    /// Credentials whose connections an event loop ends before it does something else.
    static let endedTogetherMax = 1000
    /// Calls in the slow lane at once.
    static let slowCallsMax = 1024
    /// Calls of one client in the slow lane at once: a principal, or an address of those that are nobody.
    static let slowCallsPerClientMax = 128
    /// Sign-ons that wait for what others did to their accounts.
    static let signOnsWaitingMax = 1024
    /// Of these, those of one source.
    static let signOnsWaitingOfSourceMax = 8
    /// Bytes of an account's name that failures are counted by.
    static let accountBytesMax = 1024
    /// How long a call in the slow lane may take.
    static let slowCallTime = Duration.seconds(30)
    /// When a client is told to ask again whose request needs a key that is away.
    static let keyAwaySeconds = 5
    /// Streamed answers at once.
    static let streamsMax = 256
    /// Streamed answers of one connection at once.
    static let streamsPerConnectionMax = 8
    /// How long a streamed answer may go on, in nanoseconds: a day.
    static let streamNanosecondsMax: Int64 = 86_400_000_000_000
    /// Bytes of items that are gathered for one write.
    static let streamWriteBytes = 16_384
    /// How long before the end of a drain the calls under way are ended, so that their clients hear of it.
    static let slowAnswerTime = Duration.seconds(1)
    /// How long a call may take to end once the gateway stops; after that it is given up.
    static let slowGiveUpTime = Duration.seconds(5)
}
