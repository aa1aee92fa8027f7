import Synchronization
import Text

extension CompiledPolicy {
    /// Decides one operation: all gates must be passed, and no deny may apply.
    ///
    /// An action on services without a service's name (or with `*`), such as listing, is on all of them: an ACL allow or
    /// intention must name `*`, and a deny of any service in reach refuses it.
    ///
    /// A change of something that exists passes the gates for what it becomes and for what is there; where it becomes nothing
    /// else (a heartbeat, a deregistration), for what is there.
    public func decide(
        _ subject: Subject, _ operation: Operation, _ context: Context
    ) -> Decision {
        guard subject.policyNumber == number else {
            return decide(
                self.subject(for: subject.principal, under: subject.overlay), operation, context)
        }
        let ruling: Ruling
        var judged = JudgedResource.asked
        if let existing = operation.existing {
            (ruling, judged) = rule(subject, operation, over: existing, context)
        } else {
            ruling = rule(subject, operation, context)
        }
        let id = DecisionNumbers.next()
        if ruling.isAllowed {
            let rule = ruling.rule < 0 ? nil : rules[Int(ruling.rule)].id
            return .allow(
                Permit(
                    decisionID: id, principal: subject.digest, operation: operation,
                    gate: ruling.gate, rule: rule))
        }
        return .deny(refusal(id, operation, judged, ruling))
    }

    /// The ruling on a change of what exists, and on which of the two it is.
    private func rule(
        _ subject: Subject, _ operation: Operation, over existing: ExistingResource,
        _ context: Context
    ) -> (Ruling, JudgedResource) {
        let isReplaced = !ActionSet.keeping.contains(operation.action)
        let becoming = isReplaced ? rule(subject, operation, context) : nil
        // What was asked for is judged first: who may not even ask learns nothing of what is there.
        if let becoming, !becoming.isAllowed { return (becoming, .asked) }
        let there = rule(
            subject, Operation(action: operation.action, resource: existing.resource), context)
        return there.isAllowed ? (becoming ?? there, .existing) : (there, .existing)
    }

    private func rule(
        _ subject: Subject, _ operation: Operation, _ context: Context
    ) -> Ruling {
        if subject.lock != nil { return .refused(.authn, Refusal.locked) }
        if subject.principal.kind == .anonymous || subject.principal.authentication == .none {
            // INVARIANT: only what is made to be open can be, and only where a binding opens it.
            guard subject.principal.kind == .anonymous,
                ActionSet.openable.contains(operation.action),
                subject.actions.contains(operation.action)
            else { return .refused(.authn, "not authenticated") }
        }
        guard
            subject.actions.contains(operation.action)
                || operation.resource.isOwn && ActionSet.own.contains(operation.action)
        else { return .refused(.rbac, subject.whyNot(operation.action)) }
        let reach = NamespaceReach(operation.resource.namespace)
        let acl = self.acl.judge(subject.aclBits, operation, in: reach, context)
        if let ruling = Ruling(denyIn: acl, gate: .acl) { return ruling }
        guard operation.action.isServiceScoped else { return .allowed(.rbac, rule: -1) }
        guard subject.judged == .service else { return Ruling(allowIn: acl, gate: .acl) }
        let intention = intentions.judge(
            subject.intentionBits, operation, in: reach, context)
        if let ruling = Ruling(denyIn: intention, gate: .intention) { return ruling }
        if subject.owns(operation.resource) { return .allowed(.acl, rule: -1) }
        return Ruling(allowIn: intention, gate: .intention)
    }

    private func refusal(
        _ id: UInt64, _ operation: Operation, _ judged: JudgedResource, _ ruling: Ruling
    ) -> Refusal {
        guard ruling.rule >= 0 else {
            return Refusal(
                decisionID: id, operation: operation, judged: judged, gate: ruling.gate, rule: nil,
                reason: ruling.reason ?? "no rule allows it", location: nil)
        }
        let rule = rules[Int(ruling.rule)]
        return Refusal(
            decisionID: id, operation: operation, judged: judged, gate: ruling.gate, rule: rule.id,
            reason: ruling.reason ?? "deny rule \(rule.id)",
            location: RuleLocation(file: rule.location.file, line: rule.location.mark.line))
    }
}

/// What the gates came to; -1 stands for no rule.
private struct Ruling {
    var isAllowed: Bool
    var gate: Gate
    var rule: Int32
    var reason: String?

    static func allowed(_ gate: Gate, rule: Int32) -> Ruling {
        Ruling(isAllowed: true, gate: gate, rule: rule)
    }

    static func refused(_ gate: Gate, _ reason: String) -> Ruling {
        Ruling(isAllowed: false, gate: gate, rule: -1, reason: reason)
    }
}

extension Ruling {
    /// The refusal by an explicit deny, if one applies or may apply.
    init?(denyIn finding: RuleFinding, gate: Gate) {
        if finding.denyRule >= 0 {
            self.init(isAllowed: false, gate: gate, rule: finding.denyRule)
        } else if finding.unknownDenyRule >= 0 {
            self.init(
                isAllowed: false, gate: gate, rule: finding.unknownDenyRule,
                reason: finding.unknownDeny.reason)
        } else {
            return nil
        }
    }

    /// What the allows come to where one is needed.
    init(allowIn finding: RuleFinding, gate: Gate) {
        if finding.allowRule >= 0 {
            self = .allowed(gate, rule: finding.allowRule)
        } else {
            self = .refused(gate, finding.unknownAllow.reason)
        }
    }
}

extension Subject {
    /// Why it may not do an action, whatever it is done to.
    fileprivate func whyNot(_ action: Action) -> String {
        guard held.contains(action) else { return "no role allows it" }
        return ActionSet.minting.contains(action)
            ? "only a session or a certificate makes API keys"
            : "no role of the key's owner allows it"
    }

    /// Whether a resource is the service that the subject is.
    fileprivate func owns(_ resource: Resource) -> Bool {
        guard let ownService, let service = resource.service else { return false }
        return ownService.service.isExactly(service)
            && ownService.namespace.isExactly(resource.namespace)
    }
}

/// Numbers for decisions, unique in this process.
private enum DecisionNumbers {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
