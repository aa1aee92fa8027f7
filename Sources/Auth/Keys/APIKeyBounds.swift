/// How many keys there may be.
public struct APIKeyBounds: Sendable, Equatable {
    /// Keys that are kept, ended ones included.
    public let keysMax: Int
    /// Keys of one owner that are neither revoked nor expired.
    public let perOwnerMax: Int
    /// How long a key may be good.
    public let secondsMax: Int

    /// Makes bounds; those of ``AuthLimits`` where nothing else is named.
    public init(
        keysMax: Int = AuthLimits.keysMax, perOwnerMax: Int = AuthLimits.keysPerOwnerMax,
        secondsMax: Int = AuthLimits.keySecondsMax
    ) {
        self.keysMax = keysMax
        self.perOwnerMax = perOwnerMax
        self.secondsMax = secondsMax
    }
}
