/// Bounds on the work of comparing policies.
enum ComparisonLimits {
    /// Sorts of principals that are told apart.
    static let principalsMax = 200_000
    /// Groups (or scopes) up to which all their subsets are tried.
    static let subsetAttributesMax = 6
    /// Sets of groups or scopes that are tried.
    static let subsetsMax = 512
    /// SPIFFE IDs made for one shape that is not the template's.
    static let identitiesMax = 10_000
    /// Tag conditions up to which all combinations are tried.
    static let tagConditionsMax = 6
    /// Combinations of tags, address, proof, age and time that are tried.
    static let circumstancesMax = 4_096
    /// Decisions that one comparison takes, of both policies together.
    static let decisionsMax = 40_000_000
    /// Changes that are kept; later ones are counted.
    static let changesMax = 10_000
    /// Names kept to describe one class.
    static let namesMax = 12
}
