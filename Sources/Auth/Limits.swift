/// Every bound that Auth puts on what it takes from outside or holds.
public enum AuthLimits {
    /// API keys that are kept, ended ones included; of more, the one that ended first is forgotten.
    public static let keysMax = 100_000
    /// Keys of one owner that are neither revoked nor expired.
    public static let keysPerOwnerMax = 1_000
    /// Scopes of one key.
    public static let keyScopesMax = 64
    /// Address ranges of one key.
    public static let keyRangesMax = 64
    /// Bytes of a key's name or of one of its scopes.
    public static let keyTextBytesMax = 200
    /// Seconds that a key lives where nothing else is asked.
    public static let keySecondsDefault = 90 * 86_400
    /// Seconds that a key may live where nothing else is configured.
    public static let keySecondsMax = 366 * 86_400
    /// How long before its end a key's answers begin to say so, in nanoseconds: two weeks, and at most a quarter of its life.
    public static let keyWarningNanoseconds: Int64 = 14 * 86_400_000_000_000
    /// Seconds that a key's last secret stays good beside the new one where nothing else is asked.
    public static let graceSecondsDefault = 3_600
    /// Seconds that it may stay good at most.
    public static let graceSecondsMax = 30 * 86_400
    /// Requests that a key may be given for a minute or an hour at most.
    public static let quotaMax = 100_000_000
    /// The least time between two noted uses of a key, in nanoseconds: a second.
    public static let useNanoseconds: Int64 = 1_000_000_000
    /// Locks that are in force at once.
    public static let locksMax = 10_000
    /// How long a lock counts that is being recorded, in nanoseconds: longer than a slow call may take.
    public static let lockIntentNanoseconds: Int64 = 60_000_000_000
    /// Bytes of what a lock says of why it was made.
    public static let lockReasonBytesMax = 500
    /// Seconds that a lock may be made for; one without an end has none of these.
    public static let lockSecondsMax = 3_660 * 86_400
    /// Users that are given roles one by one.
    public static let assignedUsersMax = 10_000
    /// Roles that one user is given.
    public static let assignedRolesMax = 32
    /// Persons that the log can speak of at once, erased ones not counted.
    public static let personsMax = 1_000_000
    /// How long a file waits for others that read it before it can't be cleared of what was deleted, in milliseconds.
    public static let scrubMilliseconds = 2_000
    /// Erasures of persons that wait for a second operator at once.
    public static let erasuresMax = 1_000
    /// Seconds that a proposed erasure waits for one: three days.
    public static let erasureSeconds = 3 * 86_400
    /// Bytes of what an erasure says of why.
    public static let erasureReasonBytesMax = 500
    /// Sessions that may be open at once.
    public static let sessionsMax = 100_000
    /// Sessions of one holder; a further one ends the oldest.
    public static let sessionsPerHolderMax = 64
    /// Seconds that a session lives without use where nothing else is configured: an hour.
    public static let sessionIdleSecondsDefault = 3_600
    /// Seconds that a session lives at most where nothing else is configured: twelve hours.
    public static let sessionSecondsDefault = 12 * 3_600
    /// Seconds that either may be configured to at most.
    public static let sessionSecondsMax = 30 * 86_400
    /// Seconds that either may be configured to at least.
    public static let sessionSecondsMin = 60
    /// The least time between two writes of a session's last use, in nanoseconds: a minute.
    public static let sessionUseNanoseconds: Int64 = 60_000_000_000
    /// Seconds that a bootstrap token is good where nothing else is configured: an hour.
    public static let bootstrapSecondsDefault = 3_600
    /// Seconds that it may be good at most.
    public static let bootstrapSecondsMax = 7 * 86_400
    /// Bytes of a bootstrap token that are looked at.
    public static let bootstrapBytesMax = 512
}
