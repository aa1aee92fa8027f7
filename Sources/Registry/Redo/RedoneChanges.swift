/// The changes that a start did again from the journal since no outcome told of them, and what came of each.
public struct RedoneChanges: Sendable {
    /// What came of one.
    public enum Effect: Sendable {
        /// The instance was not there, and is now.
        case created
        /// The instance was there and is now what the change says.
        case updated
        /// The instance was taken away.
        case removed
        /// There was nothing to take away.
        case unknown
        /// A later change of the same instance is in force.
        case superseded
    }

    private var effects: [UInt64: Effect] = [:]

    /// What came of the intent of a sequence; nil if it was not done again.
    public subscript(sequence: UInt64) -> Effect? { effects[sequence] }

    mutating func note(_ sequence: UInt64, _ effect: Applied.Effect) {
        switch effect {
        case .created: effects[sequence] = .created
        case .updated: effects[sequence] = .updated
        case .removed: effects[sequence] = .removed
        case .unknown: effects[sequence] = .unknown
        case .superseded: effects[sequence] = .superseded
        // Nothing was changed: redoing knows no limits and judges nothing, so these do not come up.
        case .full, .overQuota, .overtaken: break
        }
    }
}
