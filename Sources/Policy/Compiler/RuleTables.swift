/// All enforced (or all shadow) rules of a policy, compiled.
final class RuleTables: Sendable {
    let acl: GateTable
    let intentions: GateTable
    let conditions: ConditionTable
    let trie: PatternTrie
    /// The number of the pattern `*`, or -1.
    let anyPattern: Int

    /// Compiles some of a policy's rules, each with its number in the policy.
    init(_ rules: [(number: Int, rule: RuleDeclaration)]) {
        var conditions = ConditionTable()
        var patterns: [NamePattern] = []
        var numbers: [NamePattern: Int32] = [:]
        var acl: [(rule: RuleDeclaration, entry: RuleEntry)] = []
        var intentions = acl
        for (number, rule) in rules where rule.actions.bits != 0 {
            var seen: Set<ServiceTarget> = []
            for target in rule.targets ?? [ServiceTarget(service: .any, namespaces: [])]
            where seen.insert(target).inserted {
                let known = numbers[target.service]
                let pattern = known ?? Int32(patterns.count)
                if known == nil {
                    numbers[target.service] = pattern
                    patterns.append(target.service)
                }
                let entry = RuleEntry(
                    rule: Int32(number), pattern: pattern, actions: rule.actions.bits,
                    conditions: conditions.add(rule, namespaces: target.namespaces))
                if rule.gate == .acl {
                    acl.append((rule, entry))
                } else {
                    intentions.append((rule, entry))
                }
            }
        }
        self.conditions = conditions
        self.acl = GateTable(acl, patternCount: patterns.count)
        self.intentions = GateTable(intentions, patternCount: patterns.count)
        trie = PatternTrie(patterns)
        anyPattern = numbers[.any].map(Int.init) ?? -1
    }

    /// The same tables with another gate's, for tests that break them.
    init(_ tables: RuleTables, acl: GateTable, intentions: GateTable) {
        self.acl = acl
        self.intentions = intentions
        conditions = tables.conditions
        trie = tables.trie
        anyPattern = tables.anyPattern
    }

    /// The entries of both gates that speak of a principal.
    func bits(_ principal: Principal, roles: [String], trustDomain: String) -> SubjectBits {
        let ofACL = acl.bits(principal, roles: roles, trustDomain: trustDomain)
        let ofIntentions = intentions.bits(principal, roles: roles, trustDomain: trustDomain)
        var patterns = PatternFlags(count: acl.groups.count)
        Self.note(acl, ofACL, .aclDeny, .aclAllow, &patterns)
        Self.note(intentions, ofIntentions, .intentionDeny, .intentionAllow, &patterns)
        return SubjectBits(acl: ofACL, intentions: ofIntentions, patterns: patterns)
    }

    /// Some entries of one gate, for tools that ask about single rules.
    func bits(only entries: [Int], _ gate: Gate) -> SubjectBits {
        var ofACL = RuleBits.none(of: acl.entries.count)
        var ofIntentions = RuleBits.none(of: intentions.entries.count)
        for entry in entries {
            if gate == .acl { ofACL.insert(entry) } else { ofIntentions.insert(entry) }
        }
        var patterns = PatternFlags(count: acl.groups.count)
        Self.note(acl, ofACL, .aclDeny, .aclAllow, &patterns)
        Self.note(intentions, ofIntentions, .intentionDeny, .intentionAllow, &patterns)
        return SubjectBits(acl: ofACL, intentions: ofIntentions, patterns: patterns)
    }

    private static func note(
        _ gate: GateTable, _ bits: RuleBits, _ deny: PatternFlags.Flags,
        _ allow: PatternFlags.Flags, _ patterns: inout PatternFlags
    ) {
        var index = 0
        while let next = bits.next(from: index, to: gate.entries.count) {
            let pattern = Int(gate.entries[next].pattern)
            patterns.insert(next < gate.denyCount ? deny : allow, at: pattern)
            index = next + 1
        }
    }
}

/// Which rules speak of a subject.
struct SubjectBits: Sendable {
    let acl: RuleBits
    let intentions: RuleBits
    let patterns: PatternFlags
}

/// What rules a service pattern has for a subject, four bits a pattern, so that a decision passes the others over.
struct PatternFlags: Sendable {
    struct Flags: OptionSet, Sendable {
        let rawValue: UInt64

        static let aclDeny = Flags(rawValue: 1)
        static let aclAllow = Flags(rawValue: 2)
        static let intentionDeny = Flags(rawValue: 4)
        static let intentionAllow = Flags(rawValue: 8)
    }

    private var words: ContiguousArray<UInt64>

    init(count: Int) {
        words = ContiguousArray(repeating: 0, count: (count + 15) / 16)
    }

    mutating func insert(_ flags: Flags, at pattern: Int) {
        words[pattern >> 4] |= flags.rawValue << UInt64((pattern & 15) * 4)
    }

    @inline(__always)
    subscript(pattern: Int) -> Flags {
        Flags(rawValue: (words[pattern >> 4] >> UInt64((pattern & 15) * 4)) & 15)
    }
}
