/// Bounds of everything that this module takes from outside or holds.
public enum AuthLimits {
    /// Bytes of a token.
    public static let tokenBytesMax = 8192
    /// Bytes of a JSON Web Key Set.
    public static let keySetBytesMax = 256 << 10
    /// Keys of a set that are looked at.
    public static let keySetKeysMax = 64
    /// Bits of an RSA modulus, least and most.
    public static let rsaBits = 2048...8192
    /// Claim values of one token that a principal carries.
    public static let claimValuesMax = 256
    /// Bytes of one claim value or name that a principal carries.
    public static let claimBytesMax = 1024
    /// Nanoseconds between two fetches of an issuer's keys for a key that is not there.
    public static let refetchNanoseconds: Int64 = 60_000_000_000
    /// The same while there are no keys at all.
    public static let firstFetchNanoseconds: Int64 = 5_000_000_000
    /// Nanoseconds after which an issuer's keys are fetched again.
    public static let refreshNanoseconds: Int64 = 600_000_000_000
    /// Seconds that a fetch may take.
    public static let fetchSeconds: Int64 = 5
    /// Token identifiers that may be revoked at a time.
    public static let revokedTokensMax = 100_000
    /// API keys at a time.
    public static let keysMax = 100_000
    /// Scopes, address ranges and other list entries of one API key.
    public static let keyEntriesMax = 64
    /// Bytes of an API key's name or of one of its entries.
    public static let keyTextBytesMax = 200
    /// Seconds that an API key may live at most.
    public static let keySecondsMax: Int64 = 366 * 86_400
    /// Seconds that an API key lives where its request names none.
    public static let keySecondsDefault: Int64 = 90 * 86_400
    /// Seconds that an old secret may be good beside the new one.
    public static let graceSecondsMax: Int64 = 30 * 86_400
    /// Nanoseconds between two writes of a key's last use.
    public static let lastUseNanoseconds: Int64 = 60_000_000_000
    /// Requests a minute and an hour that a key may be given at most.
    public static let rateMax = 1_000_000
}
