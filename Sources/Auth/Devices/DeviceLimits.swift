/// Every bound on signing devices on by a code (RFC 8628).
package enum DeviceLimits {
    /// How long a code is good, in seconds.
    package static let codeSeconds: Int64 = 600
    /// How long a device hears afterwards that its code is over, in nanoseconds.
    static let lingerNanoseconds: Int64 = 60_000_000_000
    /// How long a device waits between two questions, in seconds.
    package static let intervalSeconds: Int64 = 5
    /// By how much longer it has to wait after each question that came too soon (section 3.5), in seconds.
    package static let slowDownSeconds: Int64 = 5
    /// The longest interval that it comes to, in seconds.
    static let intervalSecondsMax: Int64 = 120
    /// By how much a question may come too soon, since the way of each takes another time, in nanoseconds.
    static let earlyNanoseconds: Int64 = 1_000_000_000
    /// Codes at once, used ones included until their time is over.
    package static let codesMax = 10_000
    /// Codes at once that were asked for from one source.
    package static let codesOfSourceMax = 16
    /// Sign-ons at once that are confirmed at providers' own pages.
    package static let providerFlowsMax = 64
    /// The longest name by which a program calls itself, in bytes.
    package static let nameBytesMax = 100
    /// The longest state by which a program knows its sign-on that waits for a browser, in bytes.
    package static let markBytesMax = 128
    /// How long wrong codes are counted, in nanoseconds.
    static let guessNanoseconds: Int64 = 600_000_000_000
    /// Wrong codes of one person in that time.
    package static let guessesOfPersonMax = 5
    /// Wrong codes from one source in that time.
    package static let guessesOfSourceMax = 20
    /// Wrong codes of all in that time.
    package static let guessesMax = 1_000
}
