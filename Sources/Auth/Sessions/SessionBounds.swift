/// How long sessions live, and how many there may be.
public struct SessionBounds: Sendable, Equatable {
    /// How long one lives without use, in seconds.
    public var idleSeconds: Int
    /// How long one lives however much it is used, in seconds.
    public var absoluteSeconds: Int
    /// Sessions of all.
    public var sessionsMax: Int
    /// Sessions of one holder; a further one ends the oldest.
    public var perHolderMax: Int

    /// Makes bounds; those of ``AuthLimits`` where nothing else is named.
    public init(
        idleSeconds: Int = AuthLimits.sessionIdleSecondsDefault,
        absoluteSeconds: Int = AuthLimits.sessionSecondsDefault,
        sessionsMax: Int = AuthLimits.sessionsMax,
        perHolderMax: Int = AuthLimits.sessionsPerHolderMax
    ) {
        self.idleSeconds = idleSeconds
        self.absoluteSeconds = absoluteSeconds
        self.sessionsMax = sessionsMax
        self.perHolderMax = perHolderMax
    }

    var idleNanoseconds: Int64 { Self.nanoseconds(idleSeconds) }
    var absoluteNanoseconds: Int64 { Self.nanoseconds(absoluteSeconds) }

    private static func nanoseconds(_ seconds: Int) -> Int64 {
        Int64(min(max(seconds, 0), AuthLimits.sessionSecondsMax)) * 1_000_000_000
    }
}
