/// Every bound on tokens, key sets and what is kept of them.
package enum TokenLimits {
    /// The longest token that is taken apart, the same as of any credential.
    package static let tokenBytesMax = 8 * 1024
    /// How long the header of a token is taken to be at most where one is looked for in a text.
    static let soughtHeaderBytesMax = 1_024
    /// The deepest nesting of a header or of claims.
    static let depthMax = 8
    /// The most JSON values in a header or in claims.
    static let valuesMax = 1_000
    /// The longest text in a header, such as a key's name.
    static let headerTextBytesMax = 512
    /// The longest name of a user, a service or a namespace.
    static let nameBytesMax = 512
    /// The longest address that keys are fetched from.
    static let addressBytesMax = 2_048
    /// The largest key set.
    package static let keySetBytesMax = 256 * 1024
    /// The most keys in one set, usable or not.
    static let keySetKeysMax = 100
    /// The deepest nesting of a key set.
    static let keySetDepthMax = 8
    /// The most JSON values in a key set.
    static let keySetValuesMax = 10_000
    /// The RSA key sizes that are taken (RFC 7518 section 3.3); larger ones only burn time.
    static let rsaBits = 2048...8192
    /// RSA exponents: above 2^16 (FIPS 186-5, 5.4) and no longer than any in use.
    static let rsaExponents: ClosedRange<UInt64> = 65_537...4_294_967_295
    /// The most tokens, holders and issuers that are remembered as revoked.
    package static let revokedMax = 100_000
    /// The longest name of a token or holder that is revoked.
    package static let revokedNameBytesMax = 1_024
}
