/// All ACL entries or all intentions, ordered so that a decision looks at few of them.
///
/// Entries with the same service pattern are neighbours, denies before allows. A subject carries one bit an entry: whether
/// the rule speaks of that subject. A decision walks the set bits of the groups that match the service's name.
///
/// A class, so that a decision reads it where it is.
final class RuleIndex: Sendable {
    struct Group: Sendable {
        var start: Int
        var allowStart: Int
        var end: Int
    }

    let entries: ContiguousArray<RuleEntry>
    private let groups: ContiguousArray<Group>
    private let table: PatternTable
    private let conditions: RuleConditions
    /// The group of the pattern `*`.
    private let anyGroup: Int?
    private let sources: EntrySources

    init(_ rules: [(number: Int, rule: RuleDeclaration)], trustDomain: String) {
        var conditions = RuleConditions()
        var byPattern: [NamePattern: (denies: [RuleEntry], allows: [RuleEntry])] = [:]
        for (number, rule) in rules where rule.actions.bits != 0 {
            for (pattern, entry) in conditions.entries(of: rule, number: number) {
                if rule.isDeny {
                    byPattern[pattern, default: ([], [])].denies.append(entry)
                } else {
                    byPattern[pattern, default: ([], [])].allows.append(entry)
                }
            }
        }
        var entries = ContiguousArray<RuleEntry>()
        var groups = ContiguousArray<Group>()
        let patterns = byPattern.keys.sorted { $0.text < $1.text }
        for pattern in patterns {
            let (denies, allows) = byPattern[pattern] ?? ([], [])
            let start = entries.count
            entries.append(contentsOf: denies)
            entries.append(contentsOf: allows)
            groups.append(
                Group(start: start, allowStart: start + denies.count, end: entries.count))
        }
        self.entries = entries
        self.groups = groups
        self.conditions = conditions
        table = PatternTable(patterns)
        anyGroup = patterns.firstIndex { $0.isAny }
        sources = EntrySources(entries, of: rules, trustDomain: trustDomain)
    }

    /// The entries that speak of a principal.
    func bits(of asker: SourceIndex.Asker) -> EntryBits {
        sources.bits(of: asker)
    }

    /// Judges an operation for a subject whose entries are the set bits.
    func judge(
        _ bits: EntryBits, _ operation: Operation, in reach: NamespaceReach, _ context: Context
    ) -> RuleFinding {
        var finding = RuleFinding()
        if entries.isEmpty { return finding }
        let service = operation.resource.service
        if let service, service != "*" {
            table.forEachMatch(service) { number in
                let group = groups[number]
                denies(group.start..<group.allowStart, bits, operation, reach, context, &finding)
                allows(group, bits, operation, reach, context, &finding)
            }
        } else {
            // An action on all services at once meets the denies of each, and only `*` allows it.
            if operation.action.isServiceScoped {
                for group in groups {
                    denies(
                        group.start..<group.allowStart, bits, operation, reach, context, &finding)
                }
            }
            if let anyGroup {
                let group = groups[anyGroup]
                denies(group.start..<group.allowStart, bits, operation, reach, context, &finding)
                allows(group, bits, operation, reach, context, &finding)
            }
        }
        return finding
    }

    @inline(__always)
    private func denies(
        _ range: Range<Int>, _ bits: EntryBits, _ operation: Operation,
        _ reach: NamespaceReach, _ context: Context, _ finding: inout RuleFinding
    ) {
        var index = range.lowerBound
        while let next = bits.next(from: index, to: range.upperBound) {
            let entry = entries[next]
            finding.addDeny(entry.rule, conditions.judge(entry, operation, in: reach, context))
            index = next + 1
        }
    }

    @inline(__always)
    private func allows(
        _ group: Group, _ bits: EntryBits, _ operation: Operation,
        _ reach: NamespaceReach, _ context: Context, _ finding: inout RuleFinding
    ) {
        guard finding.allowRule < 0 else { return }
        var index = group.allowStart
        while let next = bits.next(from: index, to: group.end) {
            let entry = entries[next]
            if finding.addAllow(entry.rule, conditions.judge(entry, operation, in: reach, context))
            {
                return
            }
            index = next + 1
        }
    }
}

/// What a walk through rules has found; -1 stands for no rule.
struct RuleFinding {
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
        case .unknownTags, .unknownSourceIP:
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
        case .unknownTags, .unknownSourceIP:
            if unknownAllow == .no { unknownAllow = applicability }
            return false
        }
    }
}

extension RuleConditions {
    /// A rule's entries by their service pattern.
    fileprivate mutating func entries(
        of rule: RuleDeclaration, number: Int
    ) -> [(NamePattern, RuleEntry)] {
        var entry = RuleEntry(
            rule: Int32(number), actions: rule.actions.bits, isDeny: rule.isDeny)
        if !rule.tags.isEmpty {
            entry.tags = Int32(tags.count)
            tags.append(rule.tags)
        }
        if !rule.sourceIP.isEmpty {
            entry.sourceIP = Int32(sourceIP.count)
            sourceIP.append(rule.sourceIP)
        }
        var seen: Set<ServiceTarget> = []
        return (rule.targets ?? [.all]).compactMap {
            guard seen.insert($0).inserted else { return nil }
            var own = entry
            if $0.namespaces == [.defaultNamespace] {
                own.namespaces = RuleEntry.defaultNamespace
            } else if !$0.isInEveryNamespace {
                own.namespaces = Int32(namespaces.count)
                namespaces.append($0.namespaces)
            }
            return ($0.service, own)
        }
    }
}
