internal import NIOCore

/// Bounds of how keys are used that are kept outside.
enum KeeperLimits {
    /// Threads that wait for keepers.
    static let threads = 4
    /// How much may run there or wait to be run.
    static let queuedMax = 256
    /// How long an issue waits for its signature, its turn included.
    static let signingTime = TimeAmount.seconds(5)
    /// How long a keeper may take to be connected to.
    static let connectTime = TimeAmount.seconds(4)
    /// How long it may take to answer.
    static let answerTime = TimeAmount.seconds(4)
    /// Slots of a module that are looked at.
    static let slotsMax = 256
    /// Objects of one name that are looked at.
    static let objectsMax = 8
    /// The longest signature that a token may give.
    static let signatureBytesMax = 256
    /// How often something is tried with a token at once, since sessions and tokens may have to be begun anew.
    static let attempts = 3
    /// The longest answer of a keeper that is read.
    static let answerBytesMax = 64 << 10
    /// The longest reason of a keeper's that is passed on.
    static let reasonsMax = 4
    /// A token is renewed when this part of its life is over.
    static let renewalShare: Int64 = 3
    /// The longest time between two renewals.
    static let renewalNanosecondsMax: Int64 = 3_600_000_000_000
    /// How long after a renewal that failed it is tried again.
    static let renewalRetryNanoseconds: Int64 = 60_000_000_000
    /// The shortest.
    static let renewalNanosecondsMin: Int64 = 5_000_000_000
}
