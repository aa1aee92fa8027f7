/// Asks a policy's rules one by one whether they apply.
///
/// It goes through the same tables and conditions as a decision, so that an explanation can't differ from it.
struct RuleProbe {
    /// How a rule stands to a request.
    enum Standing: Hashable, Sendable {
        /// It speaks of something else.
        case unrelated
        /// It applies.
        case applies
        /// Whether it applies rests on something that is not known.
        case unknown(String)
        /// It speaks of the request, but its conditions are not met.
        case unmet
    }

    private let policy: CompiledPolicy
    /// The entries of each rule: in the gate's table of enforced or of shadow rules.
    private let entries: [[Int]]

    init(_ policy: CompiledPolicy) {
        self.policy = policy
        var entries = [[Int]](repeating: [], count: policy.rules.count)
        for tables in [policy.tables, policy.shadowTables].compactMap({ $0 }) {
            for table in [tables.acl, tables.intentions] {
                for (index, entry) in table.entries.enumerated() {
                    entries[Int(entry.rule)].append(index)
                }
            }
        }
        self.entries = entries
    }

    /// How a rule stands to a request of a principal whom it speaks of.
    func standing(
        _ number: Int, _ operation: Operation, _ context: Context, _ principal: Principal
    ) -> Standing {
        let rule = policy.rules[number]
        guard rule.speaks(of: operation),
            let tables = rule.shadowUntil == nil ? policy.tables : policy.shadowTables
        else { return .unrelated }
        let bits = tables.bits(only: entries[number], rule.gate)
        var memo = DecisionMemo(
            method: context.authenticationMethod ?? principal.authentication,
            isOnService: operation.resource.service != nil || operation.action.isServiceScoped)
        let findings = tables.judge(
            bits, operation, context, isService: rule.gate == .intention, &memo)
        let finding = rule.gate == .acl ? findings.acl : findings.intentions
        if finding.denyRule >= 0 || finding.allowRule >= 0 { return .applies }
        if finding.unknownDenyRule >= 0 { return .unknown(finding.unknownDeny.reason) }
        if finding.unknownAllow != .no { return .unknown(finding.unknownAllow.reason) }
        return .unmet
    }
}

extension RuleDeclaration {
    /// Whether the rule is about an action and resource, whatever its conditions.
    func speaks(of operation: Operation) -> Bool {
        guard actions.contains(operation.action) else { return false }
        guard let targets else {
            return isDeny || operation.resource.service != nil || gate == .acl
        }
        let resource = operation.resource
        guard let service = resource.service, service.utf8.count != 1 || service != "*" else {
            let isReached = { (target: ServiceTarget) in
                target.service.isAny || (isDeny && operation.action.isServiceScoped)
            }
            return targets.contains { target in
                isReached(target)
                    && (target.namespaces.isEmpty
                        || target.namespaces.contains { $0.matches(resource.namespace) })
            }
        }
        return targets.contains { $0.matches(service: service, namespace: resource.namespace) }
    }
}
