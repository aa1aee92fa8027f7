/// Every bound on sign-on by providers.
package enum SignOnLimits {
    /// How long a provider's word is taken where nothing else is configured, in seconds: five minutes.
    package static let confirmSecondsDefault = 300
    /// How long a session lives at most whose provider can't be asked, in seconds: an hour.
    package static let unconfirmedSecondsMax: Int64 = 3_600
    /// Groups, claims or roles of one person; with more nobody can say which were left out, so they are refused.
    package static let groupsMax = 10_000
    /// The longest name of a user as it is typed, in bytes.
    package static let userBytesMax = 512
    /// The longest password, in bytes.
    package static let passwordBytesMax = 1_024
    /// Refused passwords are answered at multiples of this from their beginning.
    package static let refusalStepNanoseconds: Int64 = 250_000_000
    /// The most steps that a quicker refusal waits, however slow others are.
    package static let refusalStepsMax: Int64 = 8
    /// How long the slowest attempt is remembered, at least.
    package static let refusalStretchNanoseconds: Int64 = 300_000_000_000
}
