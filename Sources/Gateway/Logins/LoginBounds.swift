internal import Auth

/// Bounds of sign-ons that browsers have under way.
enum LoginBounds {
    /// How long a browser keeps one, in seconds.
    static let loginSeconds = OpenIDLimits.loginNanoseconds / 1_000_000_000
    /// How many are looked for in one request.
    static let cookiesMax = 32
    /// The longest name of one.
    static let cookieNameBytesMax = 64
}
