/// Sizes of what is kept of policies.
enum PolicyLimits {
    /// The most characters of a policy's errors that a record keeps.
    static let reasonCharactersMax = 2000
}
