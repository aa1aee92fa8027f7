/// What those who are refused can write into the log at most; `docs/reliability.md` shows what it comes to.
package enum NoiseLimits {
    /// Refusals of one source that are records of their own, each minute.
    package static let ownRecordsPerSource = 5
    /// Refusals of all sources together that are records of their own, each minute.
    package static let ownRecordsAll = 200
    /// Refusals a second of certificates that we signed which are recorded before the peer has shown that it holds the key.
    package static let unprovenPerSecond = 1
    /// The same at once; beyond it only those are recorded who have shown it, and those without limit.
    package static let unprovenBurst = 20
    /// The length of that minute, in nanoseconds.
    package static let windowNanoseconds: Int64 = 60_000_000_000
    /// Reasons that are counted apart for one source, from one writing to the next; those beyond are counted as `several`.
    package static let reasonsPerSource = 4
    /// Rows of sources that are counted apart, from one writing to the next; those beyond are counted with everybody's.
    package static let sourceRows = 64
    /// Reasons that are counted apart for everybody else; those beyond are counted as `several`.
    package static let sharedRows = 16
    /// Bytes of a reason that a record keeps.
    package static let reasonBytes = 200
    /// The longest record of a stranger's refusal, and the longest aggregate, with the commit line behind it.
    package static let recordBytes = 1024
    /// How often aggregates are written; a crash loses the counts of so long a time at most.
    package static let writingSeconds = Int(Round.noise.interval.components.seconds)
}

extension NoiseLimits {
    /// Bytes that one address without a credential can have written in a day.
    package static let bytesADayOfOneSource =
        recordBytes
        * (ownRecordsPerSource * 1440 + unprovenPerSecond * 86_400
            + (reasonsPerSource + 1) * writingsADay)
    /// Bytes that all strangers together can have written in a day.
    package static let bytesADayOfAll =
        recordBytes
        * (ownRecordsAll * 1440 + unprovenPerSecond * 86_400
            + (sourceRows + sharedRows + 1) * writingsADay)

    private static let writingsADay = 86_400 / writingSeconds
}
