internal import Text

/// How the policy in force and the policy files stand to each other.
struct PolicyStanding: Equatable, Sendable {
    /// Why the files are not in force.
    struct Fault: Equatable, Sendable {
        /// The first file that something is wrong with.
        let file: String
        /// What is wrong, an error a line.
        let reason: String
        /// Since when the files are not those in force.
        let sinceNanoseconds: Int64

        /// The fault in one line.
        var line: String {
            let first = reason.split(separator: "\n").first.map(String.init) ?? reason
            return "the policy files are not in force since "
                + "\(CivilTime.rfc3339(nanoseconds: sinceNanoseconds)): \(first)"
        }
    }

    /// Since when the policy in force is in force.
    var sinceNanoseconds: Int64
    /// Why the files are not in force; nil while they are.
    var fault: Fault?
}
