extension RuleTables {
    /// Judges an operation for a subject; a person's needs no intention, a service's no ACL allow.
    func judge(
        _ bits: SubjectBits, _ operation: borrowing Operation, _ context: borrowing Context,
        isService: Bool, _ memo: inout DecisionMemo
    ) -> RuleFindings {
        var findings = RuleFindings()
        var wanted: PatternFlags.Flags =
            isService ? [.aclDeny, .intentionDeny, .intentionAllow] : [.aclDeny, .aclAllow]
        if let service = operation.resource.service, !isAll(service) {
            trie.forEachMatch(service) { pattern in
                let flags = bits.patterns[pattern].intersection(wanted)
                if flags.isEmpty { return }
                judge(pattern, flags, bits, operation, context, &memo, &findings)
                // One allow is enough; denies are all looked at.
                if findings.acl.allowRule >= 0 { wanted.remove(.aclAllow) }
                if findings.intentions.allowRule >= 0 { wanted.remove(.intentionAllow) }
            }
            return findings
        }
        // An action on all services at once meets the denies of each, and only `*` allows it.
        if operation.action.isServiceScoped {
            denies(acl, 0..<acl.denyCount, bits.acl, operation, context, &memo, &findings.acl)
            if isService {
                denies(
                    intentions, 0..<intentions.denyCount, bits.intentions, operation, context,
                    &memo, &findings.intentions)
            }
            wanted.subtract([.aclDeny, .intentionDeny])
        }
        if anyPattern >= 0 {
            let flags = bits.patterns[anyPattern].intersection(wanted)
            judge(anyPattern, flags, bits, operation, context, &memo, &findings)
        }
        return findings
    }

    @inline(__always)
    private func isAll(_ service: String) -> Bool {
        service.utf8.count == 1 && service.utf8.first == UInt8(ascii: "*")
    }

    /// Judges the rules of one service pattern.
    @inline(__always)
    private func judge(
        _ pattern: Int, _ flags: PatternFlags.Flags, _ bits: SubjectBits,
        _ operation: borrowing Operation, _ context: borrowing Context,
        _ memo: inout DecisionMemo, _ findings: inout RuleFindings
    ) {
        let action: UInt64 = 1 << UInt64(operation.action.rawValue)
        if !flags.isDisjoint(with: [.aclDeny, .aclAllow]) {
            let group = acl.groups[pattern]
            if flags.contains(.aclDeny), group.denied & action != 0 {
                let range = Int(group.denies.lowerBound)..<Int(group.denies.upperBound)
                denies(acl, range, bits.acl, operation, context, &memo, &findings.acl)
            }
            if flags.contains(.aclAllow), group.allowed & action != 0 {
                let range = Int(group.allows.lowerBound)..<Int(group.allows.upperBound)
                allows(acl, range, bits.acl, operation, context, &memo, &findings.acl)
            }
        }
        if !flags.isDisjoint(with: [.intentionDeny, .intentionAllow]) {
            let group = intentions.groups[pattern]
            if flags.contains(.intentionDeny), group.denied & action != 0 {
                let range = Int(group.denies.lowerBound)..<Int(group.denies.upperBound)
                denies(
                    intentions, range, bits.intentions, operation, context, &memo,
                    &findings.intentions)
            }
            if flags.contains(.intentionAllow), group.allowed & action != 0 {
                let range = Int(group.allows.lowerBound)..<Int(group.allows.upperBound)
                allows(
                    intentions, range, bits.intentions, operation, context, &memo,
                    &findings.intentions)
            }
        }
    }

    private func allows(
        _ gate: GateTable, _ range: Range<Int>, _ bits: RuleBits,
        _ operation: borrowing Operation, _ context: borrowing Context,
        _ memo: inout DecisionMemo, _ finding: inout RuleFinding
    ) {
        var index = range.lowerBound
        while let next = bits.next(from: index, to: range.upperBound) {
            let entry = gate.entries[next]
            if finding.addAllow(entry.rule, judge(entry, operation, context, &memo)) { return }
            index = next + 1
        }
    }

    private func denies(
        _ gate: GateTable, _ range: Range<Int>, _ bits: RuleBits,
        _ operation: borrowing Operation, _ context: borrowing Context,
        _ memo: inout DecisionMemo, _ finding: inout RuleFinding
    ) {
        var index = range.lowerBound
        while let next = bits.next(from: index, to: range.upperBound) {
            index = next + 1
            let entry = gate.entries[next]
            // A deny that applies is known already; only an earlier one could still be named.
            if finding.denyRule >= 0, entry.rule > finding.denyRule { continue }
            finding.addDeny(entry.rule, judge(entry, operation, context, &memo))
        }
    }

    @inline(__always)
    private func judge(
        _ entry: RuleEntry, _ operation: borrowing Operation, _ context: borrowing Context,
        _ memo: inout DecisionMemo
    ) -> Applicability {
        guard entry.actions & (1 << UInt64(operation.action.rawValue)) != 0 else { return .no }
        if entry.conditions.isEmpty { return .yes }
        return conditions.judge(entry.conditions, operation, context, &memo)
    }
}
