import Synchronization

extension CompiledPolicy {
    /// Decides one operation: all gates must be passed, and no deny may apply.
    ///
    /// An action on services without a service's name (or with `*`), such as listing, is on all of them: an ACL allow or
    /// intention must name `*`, and a deny of any service in reach refuses it. It allocates nothing.
    public func decide(
        _ subject: Subject, _ operation: Operation, _ context: Context
    ) -> Decision {
        let resolved = subject.resolved
        guard resolved.policyNumber == number else {
            return decide(self.subject(for: resolved.principal), operation, context)
        }
        return decide(resolved, operation, context)
    }

    private func decide(
        _ subject: ResolvedSubject, _ operation: Operation, _ context: Context
    ) -> Decision {
        let id = DecisionNumbers.next()
        let ruling: Ruling
        var shadow: ShadowOutcome?
        if let early = early(subject, operation, context) {
            ruling = early
        } else {
            var memo = DecisionMemo(
                method: context.authenticationMethod ?? subject.authentication,
                isOnService: operation.resource.service != nil
                    || operation.action.isServiceScoped)
            let findings = tables.judge(
                subject.bits, operation, context, isService: subject.isService, &memo)
            ruling = self.ruling(
                findings, subject, operation, isPublic: context.isPublic)
            if let shadowTables, let bits = subject.shadowBits {
                // Zones are numbered by table, so what was found out for the one is nothing for the other.
                memo.zone = -1
                let other = shadowTables.judge(
                    bits, operation, context, isService: subject.isService, &memo)
                shadow = outcome(
                    of: findings, and: other, subject, operation, ruling,
                    isPublic: context.isPublic)
            }
        }
        if ruling.isAllowed {
            return .allow(
                Permit(
                    decisionID: id, operation: operation, gate: ruling.gate,
                    rule: ruling.rule < 0 ? nil : ruleTexts[Int(ruling.rule)].id, shadow: shadow))
        }
        return .deny(refusal(id, operation, ruling, shadow))
    }

    /// What is settled before any rule is looked at.
    private func early(
        _ subject: ResolvedSubject, _ operation: Operation, _ context: Context
    ) -> Ruling? {
        if context.isPublic, !operation.action.isServiceScoped { return nil }
        guard subject.isAuthenticated else { return .refused(.authn, .notAuthenticated) }
        return subject.actions.contains(operation.action) ? nil : .refused(.rbac, .noRole)
    }

    private func ruling(
        _ findings: RuleFindings, _ subject: ResolvedSubject, _ operation: Operation, isPublic: Bool
    ) -> Ruling {
        if isPublic, !operation.action.isServiceScoped {
            return Ruling(denyIn: findings.acl, gate: .acl) ?? .allowed(.none, rule: -1)
        }
        if let ruling = Ruling(denyIn: findings.acl, gate: .acl) { return ruling }
        guard operation.action.isServiceScoped else { return .allowed(.rbac, rule: -1) }
        guard subject.isService else { return Ruling(allowIn: findings.acl, gate: .acl) }
        if let ruling = Ruling(denyIn: findings.intentions, gate: .intention) { return ruling }
        if subject.owns(operation.resource) { return .allowed(.acl, rule: -1) }
        return Ruling(allowIn: findings.intentions, gate: .intention)
    }

    /// What the decision would be with the shadow rules in force, if it would differ.
    private func outcome(
        of enforced: RuleFindings, and shadow: RuleFindings, _ subject: ResolvedSubject,
        _ operation: Operation, _ ruling: Ruling, isPublic: Bool
    ) -> ShadowOutcome? {
        var findings = enforced
        findings.acl.add(shadow.acl)
        findings.intentions.add(shadow.intentions)
        let other = self.ruling(findings, subject, operation, isPublic: isPublic)
        guard other.isAllowed != ruling.isAllowed else { return nil }
        let texts = other.rule < 0 ? nil : ruleTexts[Int(other.rule)]
        return ShadowOutcome(
            isAllowed: other.isAllowed, gate: other.gate, rule: texts?.id,
            reason: other.isAllowed ? nil : other.reason.text ?? texts?.denial)
    }

    private func refusal(
        _ id: UInt64, _ operation: Operation, _ ruling: Ruling, _ shadow: ShadowOutcome?
    ) -> Refusal {
        guard ruling.rule >= 0 else {
            return Refusal(
                decisionID: id, operation: operation, gate: ruling.gate, rule: nil,
                reason: ruling.reason.text ?? "no rule allows it", location: nil, shadow: shadow)
        }
        let texts = ruleTexts[Int(ruling.rule)]
        return Refusal(
            decisionID: id, operation: operation, gate: ruling.gate, rule: texts.id,
            reason: ruling.reason.text ?? texts.denial, location: texts.location, shadow: shadow)
    }
}

extension ResolvedSubject {
    /// Whether a resource is the service that the subject is.
    fileprivate func owns(_ resource: Resource) -> Bool {
        guard let ownService, let service = resource.service else { return false }
        return isSameName(ownService.service, service)
            && isSameName(ownService.namespace, resource.namespace)
    }
}

/// Numbers for decisions, unique in this process.
private enum DecisionNumbers {
    private static let last = Atomic<UInt64>(0)

    static func next() -> UInt64 { last.add(1, ordering: .relaxed).newValue }
}
