/// How often somebody may fail to get into an account, and how much of it is remembered.
public enum LockoutLimits {
    /// Failures of one account from one source that cost nothing.
    public static let freeOfPair = 3
    /// The longest wait between two attempts of one account from one source, in seconds.
    public static let pairSecondsMax: Int64 = 900
    /// Failures of one account from all sources that cost nothing.
    public static let freeOfAccount = 10
    /// The longest delay of an attempt for what others did to the account, in seconds.
    public static let accountSecondsMax: Int64 = 30
    /// Seconds without an attempt after which failures are forgotten.
    public static let quietSeconds: Int64 = 3_600
    /// Pairs of an account and a source whose failures are counted; for more there is no room, see ``Lockout``.
    public static let pairsMax = 16_384
    /// Accounts whose failures are counted.
    public static let accountsMax = 16_384
    /// Accounts of which it is remembered where they signed on from.
    public static let knownAccountsMax = 16_384
    /// Sources that are remembered of one account.
    public static let knownSourcesMax = 16
}
