/// What the gates came to; -1 stands for no rule.
struct Ruling {
    var isAllowed: Bool
    var gate: Gate
    var rule: Int32
    /// Why it is refused, where no deny rule says it.
    var reason: Reason = .none

    /// Reasons that name no rule, in a form that is free to copy.
    enum Reason {
        case none, notAuthenticated, noRole, noRule
        case unknown(Applicability)

        var text: String? {
            switch self {
            case .none: nil
            case .notAuthenticated: "not authenticated"
            case .noRole: "no role allows it"
            case .noRule: "no rule allows it"
            case .unknown(let what): what.reason
            }
        }
    }

    static func allowed(_ gate: Gate, rule: Int32) -> Ruling {
        Ruling(isAllowed: true, gate: gate, rule: rule)
    }

    static func refused(_ gate: Gate, _ reason: Reason) -> Ruling {
        Ruling(isAllowed: false, gate: gate, rule: -1, reason: reason)
    }

    init(isAllowed: Bool, gate: Gate, rule: Int32, reason: Reason = .none) {
        self.isAllowed = isAllowed
        self.gate = gate
        self.rule = rule
        self.reason = reason
    }

    /// The refusal by an explicit deny, if one applies or may apply.
    init?(denyIn finding: RuleFinding, gate: Gate) {
        if finding.denyRule >= 0 {
            self.init(isAllowed: false, gate: gate, rule: finding.denyRule)
        } else if finding.unknownDenyRule >= 0 {
            self.init(
                isAllowed: false, gate: gate, rule: finding.unknownDenyRule,
                reason: .unknown(finding.unknownDeny))
        } else {
            return nil
        }
    }

    /// What the allows come to where one is needed.
    init(allowIn finding: RuleFinding, gate: Gate) {
        if finding.allowRule >= 0 {
            self = .allowed(gate, rule: finding.allowRule)
        } else if finding.unknownAllow == .no {
            self = .refused(gate, .noRule)
        } else {
            self = .refused(gate, .unknown(finding.unknownAllow))
        }
    }
}
