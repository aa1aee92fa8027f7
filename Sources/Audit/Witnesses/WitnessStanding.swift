/// What is known of one witness: up to where it has signed, what is wrong with it, and when it is asked again.
struct WitnessStanding: Sendable {
    /// The end that it signed last, as it says.
    var size: UInt64 = 0
    /// The size that it signed for us last, and when.
    private(set) var signed: (size: UInt64, seconds: UInt64)?
    private(set) var fault: WitnessFault?
    var isAsked = false
    private var failures = 0
    private var notBefore: Int64?

    /// Whether it may be asked now.
    func isDue(at now: Int64) -> Bool {
        !isAsked && notBefore.map { now >= $0 } ?? true
    }

    mutating func hasSigned(_ size: UInt64, seconds: UInt64) {
        self.size = max(self.size, size)
        signed = (size, seconds)
        fault = nil
        failures = 0
        notBefore = nil
    }

    /// Left alone for twice as long as the time before.
    mutating func hasFailed(_ fault: WitnessFault, at now: Int64) {
        self.fault = fault
        let bounds = WitnessLimits.backoffNanoseconds
        notBefore = now + min(bounds.most, bounds.first << min(failures, 16))
        failures += 1
    }
}

/// How a witness stands, for whoever asks.
public struct WitnessState: Sendable, Equatable {
    /// Who.
    public let witness: WitnessPolicy.Witness
    /// The size of the log that it signed last for us; nil before the first time.
    public let size: UInt64?
    /// When that was, in seconds since 1970, as it says.
    public let seconds: UInt64?
    /// Why its last answer was not taken; nil where it was.
    public let fault: WitnessFault?
}
