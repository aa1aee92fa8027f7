/// One rule with one of its service patterns, ready to be judged; numbers only, so that reading it counts no references.
struct RuleEntry: Sendable {
    var rule: Int32
    /// The number of the service pattern.
    var pattern: Int32
    /// One bit an action.
    var actions: UInt64
    /// The steps of its conditions.
    var conditions: Range<Int32>
}

/// All enforced (or all shadow) rules of one gate.
///
/// Denies come first, then allows, both ordered by service pattern, so that the entries of one pattern are neighbours.
/// A subject carries one bit an entry: whether the rule speaks of that subject.
final class GateTable: Sendable {
    struct Group: Sendable {
        var denies: Range<Int32> = 0..<0
        var allows: Range<Int32> = 0..<0
        /// The actions of any of its denies or allows.
        var denied: UInt64 = 0
        var allowed: UInt64 = 0
    }

    let entries: ContiguousArray<RuleEntry>
    let denyCount: Int
    /// By pattern.
    let groups: ContiguousArray<Group>
    private let denySources: SourceIndex
    private let allowSources: SourceIndex
    private let exceptions: SourceIndex

    init(_ made: [(rule: RuleDeclaration, entry: RuleEntry)], patternCount: Int) {
        func sorted(_ isDeny: Bool) -> [(rule: RuleDeclaration, entry: RuleEntry)] {
            made.filter { $0.rule.isDeny == isDeny }.sorted { first, second in
                let isFree = (first.entry.conditions.isEmpty, second.entry.conditions.isEmpty)
                if first.entry.pattern != second.entry.pattern {
                    return first.entry.pattern < second.entry.pattern
                }
                // The first allow that applies ends the search, so those without conditions are tried first.
                if !isDeny, isFree.0 != isFree.1 { return isFree.0 }
                return first.entry.rule < second.entry.rule
            }
        }
        let denies = sorted(true)
        let allows = sorted(false)
        var groups = ContiguousArray(repeating: Group(), count: patternCount)
        for (index, made) in denies.enumerated() {
            let pattern = Int(made.entry.pattern)
            let known = groups[pattern].denies
            groups[pattern].denies =
                (known.isEmpty ? Int32(index) : known.lowerBound)..<Int32(index + 1)
            groups[pattern].denied |= made.entry.actions
        }
        for (offset, made) in allows.enumerated() {
            let pattern = Int(made.entry.pattern)
            let index = denies.count + offset
            let known = groups[pattern].allows
            groups[pattern].allows =
                (known.isEmpty ? Int32(index) : known.lowerBound)..<Int32(index + 1)
            groups[pattern].allowed |= made.entry.actions
        }
        self.groups = groups
        denyCount = denies.count
        entries = ContiguousArray((denies + allows).map(\.entry))
        denySources = SourceIndex(
            denies.enumerated().map { ($0.offset, $0.element.rule.sources) })
        allowSources = SourceIndex(
            allows.enumerated().map { (denies.count + $0.offset, $0.element.rule.sources) })
        exceptions = SourceIndex(
            denies.enumerated().compactMap { index, made in
                made.rule.except.isEmpty ? nil : (index, .subjects(made.rule.except))
            })
    }

    /// The same table with other entries, for tests that break it.
    init(_ table: GateTable, entries: ContiguousArray<RuleEntry>) {
        self.entries = entries
        denyCount = table.denyCount
        groups = table.groups
        denySources = table.denySources
        allowSources = table.allowSources
        exceptions = table.exceptions
    }

    /// The entries that speak of a principal.
    func bits(_ principal: Principal, roles: [String], trustDomain: String) -> RuleBits {
        var bits = RuleBits.none(of: entries.count)
        if entries.isEmpty { return bits }
        denySources.add(
            principal, roles: roles, trustDomain: trustDomain, isDeny: true, to: &bits)
        var excepted = RuleBits.none(of: entries.count)
        // An exception takes away from a deny, so it is read as strictly as an allow.
        exceptions.add(
            principal, roles: roles, trustDomain: trustDomain, isDeny: false, to: &excepted)
        for index in bits.indices { bits[index] &= ~excepted[index] }
        allowSources.add(
            principal, roles: roles, trustDomain: trustDomain, isDeny: false, to: &bits)
        return bits
    }
}
