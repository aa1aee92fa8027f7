/// What an action means to those who read logs: its group, title and OCSF class.
public struct EventKind: Sendable, Equatable {
    /// The groups that the compliance tables name (PCI DSS 4.0.1, 10.2.1.1 to 10.2.1.7).
    public enum Group: String, Sendable, CaseIterable {
        case access
        case admin
        case auditAccess = "audit_access"
        case credential
        case object
        case log
        case policy
        case failure
        case limit
        case alert
    }

    /// The OCSF 1.8 class and activity; `type_uid` is class * 100 + activity.
    public struct OCSF: Sendable, Equatable {
        /// The class.
        public var classID: Int
        /// The activity within the class.
        public var activity: Int
    }

    /// The action's name.
    public let action: String
    /// A short title for people.
    public let title: String
    /// The group.
    public let group: Group
    /// The OCSF class and activity.
    public let ocsf: OCSF
    /// 1 informational, 2 low, 3 medium, 4 high, 5 critical, for an event that is no failure.
    public let severity: Int

    init(
        _ action: String, _ title: String, _ group: Group, _ classID: Int, _ activity: Int,
        severity: Int = 1
    ) {
        self.action = action
        self.title = title
        self.group = group
        ocsf = OCSF(classID: classID, activity: activity)
        self.severity = severity
    }

    private static let byAction = Dictionary(
        all.map { ($0.action, $0) }, uniquingKeysWith: { first, _ in first })

    /// The kind of an action; unknown ones are API activity of no special kind.
    public static func of(_ action: String) -> EventKind {
        byAction[action] ?? EventKind(action, action, .access, 6003, 99)
    }
}
