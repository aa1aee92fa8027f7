/// The bounds of the slow lane, and the clock that they are kept by.
package struct SlowLaneSettings: Sendable {
    /// Calls at once.
    package var callsMax = PipelineLimits.slowCallsMax
    /// Calls of one client at once, so that none can take all.
    package var callsPerClientMax = PipelineLimits.slowCallsPerClientMax
    /// Streamed answers at once.
    package var streamsMax = PipelineLimits.streamsMax
    /// Streamed answers of one connection at once.
    package var streamsPerConnectionMax = PipelineLimits.streamsPerConnectionMax
    /// How long a streamed answer may go on.
    package var streamNanosecondsMax = PipelineLimits.streamNanosecondsMax
    /// How long a call may take until its client is answered 504.
    package var callTime = PipelineLimits.slowCallTime
    /// How long a call may take to end once the gateway stops.
    package var giveUpTime = PipelineLimits.slowGiveUpTime
    /// Measures these times.
    package var clock: any Clock<Duration> = ContinuousClock()

    package init() {}
}
