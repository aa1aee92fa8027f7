public import Policy

/// What a replay of recorded decisions came to.
public struct ReplayReport: Sendable {
    /// Decisions that a candidate would take otherwise, of one principal, action and service.
    public struct Group: Sendable {
        /// The principal's id.
        public let principal: String
        /// The action's name.
        public let action: String
        /// The service, as `namespace/service`; empty for none.
        public let service: String
        /// What was recorded, from the group's first.
        public let before: DecisionSummary
        /// What the candidate says, from the group's first.
        public let after: DecisionSummary
        /// How many there are.
        public internal(set) var count: Int
        /// The sequences of some.
        public internal(set) var samples: [UInt64]
    }

    /// Records that can't be asked again, for one reason.
    public struct Reason: Sendable {
        /// Why.
        public let reason: String
        /// How many there are.
        public internal(set) var count: Int
        /// The sequences of some.
        public internal(set) var samples: [UInt64]
    }

    /// The candidate's digest; nil when only the recorded decisions were to be reproduced.
    public internal(set) var candidate: String?
    /// How many records the log has, all verified before the replay began.
    public internal(set) var recordsVerified: UInt64 = 0
    /// The root of the log's tree, in base64.
    public internal(set) var root = ""
    /// The first and last sequence that were looked at.
    public internal(set) var range: ClosedRange<UInt64>?
    /// Records that are no decisions of a policy.
    public internal(set) var others = 0
    /// Decisions that were asked again.
    public internal(set) var decisions = 0
    /// Decisions that the policy of their time takes again just as recorded, gate and rule included.
    public internal(set) var reproduced = 0
    /// Decisions that it does not.
    public internal(set) var notReproduced: [Group] = []
    /// Decisions that the candidate would newly allow.
    public internal(set) var newlyAllowed: [Group] = []
    /// Decisions that the candidate would newly deny.
    public internal(set) var newlyDenied: [Group] = []
    /// Decisions with the same verdict by another gate or rule.
    public internal(set) var ruleChanged: [Group] = []
    /// Why records were not asked again.
    public internal(set) var notReplayable: [Reason] = []
    /// How many changes fell into groups over the limit, which are not listed.
    public internal(set) var unlisted = 0

    /// How many decisions the candidate would newly allow, listed or not.
    public internal(set) var newlyAllowedCount = 0
    /// How many decisions the candidate would newly deny, listed or not.
    public internal(set) var newlyDeniedCount = 0
    /// How many records could not be asked again.
    public var notReplayableCount: Int { notReplayable.reduce(0) { $0 + $1.count } }
    /// Whether every decision that was asked again came out as recorded.
    public var isFaithful: Bool { reproduced == decisions }
}

/// Which bounds a replay must keep, for CI and for the gate before a policy comes into force.
public struct ReplayBounds: Equatable, Sendable {
    /// The most decisions that may be newly denied; nil for any number.
    public var newlyDeniedMax: Int?
    /// The most decisions that may be newly allowed; nil for any number.
    public var newlyAllowedMax: Int?
    /// Actions, exact or as `admin.*`, of which none may be newly allowed.
    public var forbiddenActions: [String] = []
    /// The most records that may be not replayable; nil for any number.
    public var notReplayableMax: Int?

    /// Makes bounds that allow anything.
    public init() {}

    /// What a report breaks, a line each; empty when it keeps the bounds.
    public func broken(by report: ReplayReport) -> [String] {
        var lines: [String] = []
        if !report.isFaithful {
            lines.append(
                "\(report.decisions - report.reproduced) recorded decisions are not reproduced by"
                    + " the policy of their time")
        }
        if let most = newlyDeniedMax, report.newlyDeniedCount > most {
            lines.append("\(report.newlyDeniedCount) newly denied, at most \(most) may be")
        }
        if let most = newlyAllowedMax, report.newlyAllowedCount > most {
            lines.append("\(report.newlyAllowedCount) newly allowed, at most \(most) may be")
        }
        if let most = notReplayableMax, report.notReplayableCount > most {
            lines.append("\(report.notReplayableCount) not replayable, at most \(most) may be")
        }
        for pattern in forbiddenActions {
            for group in report.newlyAllowed where Self.matches(pattern, group.action) {
                lines.append("\(group.action) is newly allowed to \(group.principal)")
            }
        }
        if !forbiddenActions.isEmpty, report.unlisted > 0 {
            lines.append(
                "\(report.unlisted) changes are not listed, so forbidden ones may be among them")
        }
        return lines
    }

    private static func matches(_ pattern: String, _ action: String) -> Bool {
        pattern.hasSuffix("*")
            ? action.utf8.starts(with: pattern.dropLast().utf8)
            : action.utf8.elementsEqual(pattern.utf8)
    }
}
