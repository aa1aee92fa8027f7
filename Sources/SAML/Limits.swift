internal import XML

/// Every bound on what identity providers send.
public enum SAMLLimits {
    /// Keys of one provider that are tried.
    public static let keysMax = 8
    /// Attributes of one assertion.
    public static let attributesMax = 200
    /// Values of all attributes of one assertion.
    public static let valuesMax = 10_000
    /// The longest value, in bytes.
    public static let valueBytesMax = 4_096
    /// Prefixes in one `PrefixList`.
    public static let prefixesMax = 32
    /// RSA keys that are taken, in bits.
    public static let rsaBits = 2_048...8_192
    /// How far clocks may differ where nothing else is configured, in seconds.
    public static let skewSecondsDefault: Int64 = 60
    /// The longest metadata, in bytes.
    public static let metadataBytesMax = XMLLimits.documentBytesMax
    /// The longest message of single logout, in bytes, however small it was on the way.
    public static let logoutBytesMax = 64 * 1024
    /// How old such a message may be, in seconds.
    public static let logoutSecondsMax: Int64 = 300
    /// Sessions that one request to sign off names.
    public static let sessionIndexesMax = 64
    /// The longest ID of a message that is answered, in bytes.
    public static let idBytesMax = 256
    /// The longest `RelayState` that goes back, in bytes: bindings ask for 80, some providers send more.
    public static let relayStateBytesMax = 1_024
    /// How long a sign-on may take from its request to its answer, in seconds.
    public static let requestSecondsMax: Int64 = 600
}
