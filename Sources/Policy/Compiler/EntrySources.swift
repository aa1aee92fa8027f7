/// Whom the entries of one gate speak of.
struct EntrySources: Sendable {
    private let count: Int
    private let denied: SourceIndex
    private let allowed: SourceIndex
    private let excepted: SourceIndex

    init(
        _ entries: ContiguousArray<RuleEntry>, of rules: [(number: Int, rule: RuleDeclaration)],
        trustDomain: String
    ) {
        var byNumber: [Int32: RuleDeclaration] = [:]
        for (number, rule) in rules { byNumber[Int32(number)] = rule }
        var denied: [(Int, RuleDeclaration.Sources)] = []
        var allowed: [(Int, RuleDeclaration.Sources)] = []
        var excepted: [(Int, RuleDeclaration.Sources)] = []
        for (index, entry) in entries.enumerated() {
            guard let rule = byNumber[entry.rule] else { continue }
            if rule.isDeny {
                denied.append((index, rule.sources))
            } else {
                allowed.append((index, rule.sources))
            }
            if !rule.except.isEmpty { excepted.append((index, .subjects(rule.except))) }
        }
        count = entries.count
        self.denied = SourceIndex(denied, trustDomain: trustDomain, isDeny: true)
        self.allowed = SourceIndex(allowed, trustDomain: trustDomain, isDeny: false)
        // An exception takes away from a deny, so it is read as strictly as an allow.
        self.excepted = SourceIndex(excepted, trustDomain: trustDomain, isDeny: false)
    }

    /// The entries that speak of a principal, one bit each.
    func bits(of asker: SourceIndex.Asker) -> EntryBits {
        var bits = EntryBits.none(of: count)
        if count == 0 { return bits }
        denied.add(asker, to: &bits)
        allowed.add(asker, to: &bits)
        var exceptions = EntryBits.none(of: count)
        excepted.add(asker, to: &exceptions)
        for index in bits.indices { bits[index] &= ~exceptions[index] }
        return bits
    }
}
