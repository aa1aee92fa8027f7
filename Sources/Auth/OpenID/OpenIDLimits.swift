/// Every bound on signing on by OpenID Connect and OAuth 2.0.
package enum OpenIDLimits {
    /// The largest answer of a provider that is read.
    package static let answerBytesMax = 128 * 1024
    /// The deepest nesting of an answer.
    static let depthMax = 16
    /// The most JSON values in an answer.
    static let valuesMax = 10_000
    /// The longest code, access token or refresh token.
    static let grantBytesMax = 8 * 1024
    /// The longest code that a provider has a person type.
    static let userCodeBytesMax = 128
    /// How long a sign-on may take from its beginning to its callback, in nanoseconds.
    package static let loginNanoseconds: Int64 = 600_000_000_000
    /// The sign-ons that a browser may have under way; of more, the oldest is given up.
    package static let loginsMax = 5
    /// How long a key seals sign-ons that begin, in nanoseconds.
    static let sealNanoseconds: Int64 = 3_600_000_000_000
    /// The sealed sign-ons and logout tokens that are remembered as used.
    package static let spentMax = 65_536
    /// The longest place that a sign-on may lead to.
    static let targetBytesMax = 512
    /// The longest sealed sign-on that is looked at.
    static let sealedBytesMax = 2_048
    /// How old a logout token may be, in seconds, besides the skew.
    package static let logoutSeconds: Int64 = 120
    /// How old the ID token of a sign-on may be, in seconds, besides the skew.
    static let issuedSeconds: Int64 = 600
    /// How long an assertion of ours is good, in seconds.
    static let assertionSeconds: Int64 = 60
    /// The longest name of a session at a provider.
    static let sessionNameBytesMax = 512
    /// The most groups of one person that another API lists.
    package static let pagesMax = 10
}
