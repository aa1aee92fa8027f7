/// What a permit and its receipt say otherwise than what is to be done: a defect of the caller.
public enum Mismatch: String, Error, Equatable, Sendable {
    /// The receipt is for the record of another decision.
    case decision
    /// The permit allows another action.
    case action
    /// The permit is for another service.
    case service
    /// The permit is for another namespace.
    case namespace
    /// The permit is for another instance.
    case id
    /// The permit was given for other tags than those registered.
    case tags
    /// The permit was given for a change of something else than is there.
    case existing
    /// The change ticket was taken after the record was written, or from another registry.
    case ticket

    /// One line for people.
    public var reason: String {
        switch self {
        case .decision: "permit and receipt are of different decisions"
        case .action, .service, .namespace, .id: "the permit is for another \(rawValue)"
        case .existing: "the permit was given for a change of something else than is there"
        case .tags: "the permit was given for other tags"
        case .ticket: "the change was not announced before it was recorded"
        }
    }
}

extension Mismatch: CustomStringConvertible {
    /// One line for people.
    public var description: String { reason }
}
