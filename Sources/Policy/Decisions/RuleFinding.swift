/// What a walk through the rules of one gate has found; -1 stands for no rule.
struct RuleFinding: Equatable {
    var denyRule: Int32 = -1
    var unknownDenyRule: Int32 = -1
    var unknownDeny = Applicability.no
    var allowRule: Int32 = -1
    var unknownAllow = Applicability.no

    /// Notes a deny; of several, the first in the order of the files is named.
    @inline(__always)
    mutating func addDeny(_ rule: Int32, _ applicability: Applicability) {
        switch applicability {
        case .no: return
        case .yes:
            if denyRule < 0 || rule < denyRule { denyRule = rule }
        default:
            if unknownDenyRule < 0 || rule < unknownDenyRule {
                unknownDenyRule = rule
                unknownDeny = applicability
            }
        }
    }

    /// Notes an allow; true when it settles the matter.
    @inline(__always)
    mutating func addAllow(_ rule: Int32, _ applicability: Applicability) -> Bool {
        switch applicability {
        case .no: return false
        case .yes:
            allowRule = rule
            return true
        default:
            if unknownAllow == .no { unknownAllow = applicability }
            return false
        }
    }

    /// Adds what another walk found.
    mutating func add(_ other: RuleFinding) {
        if other.denyRule >= 0 { addDeny(other.denyRule, .yes) }
        if other.unknownDenyRule >= 0 { addDeny(other.unknownDenyRule, other.unknownDeny) }
        if allowRule < 0 { allowRule = other.allowRule }
        if unknownAllow == .no { unknownAllow = other.unknownAllow }
    }
}

/// What the rules of both gates came to.
struct RuleFindings {
    var acl = RuleFinding()
    var intentions = RuleFinding()
}
