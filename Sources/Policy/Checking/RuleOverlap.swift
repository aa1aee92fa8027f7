/// Finds rules that another rule without conditions makes meaningless.
///
/// Candidates are found by the first target's pattern and bounded in number, so that 10,000 rules are quick to check.
struct RuleOverlap {
    private let rules: [RuleDeclaration]
    private var byPattern: [NamePattern: [Int]] = [:]
    private static let candidatesMax = 64

    init(_ rules: [RuleDeclaration]) {
        self.rules = rules
        for (number, rule) in rules.enumerated() where Self.isPlain(rule) {
            for pattern in Set((rule.targets ?? Self.anything).map(\.service)) {
                if byPattern[pattern, default: []].count < Self.candidatesMax {
                    byPattern[pattern, default: []].append(number)
                }
            }
        }
    }

    /// What another rule makes of a rule, if it takes all meaning from it.
    mutating func finding(_ number: Int) -> String? {
        let rule = rules[number]
        guard rule.shadowUntil == nil, let first = (rule.targets ?? Self.anything).first else {
            return nil
        }
        var shadowing: Int?
        for candidate in candidates(first.service) where candidate != number {
            let other = rules[candidate]
            guard other.gate == rule.gate, covers(other, rule) else { continue }
            if other.isDeny, !rule.isDeny {
                return covers(rule, other) && Self.isPlain(rule)
                    ? "allow rule '\(rule.id)' contradicts deny rule '\(other.id)', which wins"
                    : "allow rule '\(rule.id)' is unreachable: deny rule '\(other.id)' always wins"
            }
            // Of two that say the same, the later is the one too many.
            let isSame = covers(rule, other) && Self.isPlain(rule)
            if other.isDeny == rule.isDeny, !isSame || candidate < number { shadowing = candidate }
        }
        return shadowing.map {
            "rule '\(rule.id)' is shadowed: rule '\(rules[$0].id)' says the same and more"
        }
    }

    private static let anything = [ServiceTarget(service: .any, namespaces: [])]

    /// Whether a rule holds always, without conditions or exceptions.
    private static func isPlain(_ rule: RuleDeclaration) -> Bool {
        rule.when.isEmpty && rule.tags.isEmpty && rule.validity == Validity() && rule.http == nil
            && rule.except.isEmpty && rule.shadowUntil == nil
    }

    private func candidates(_ pattern: NamePattern) -> [Int] {
        var found = pattern.isPrefix ? [] : byPattern[pattern] ?? []
        var prefix = ""
        found += byPattern[.any] ?? []
        for scalar in String(decoding: pattern.bytes, as: UTF8.self).unicodeScalars {
            prefix.unicodeScalars.append(scalar)
            found += byPattern[NamePattern(prefix + "*")] ?? []
        }
        return found
    }

    private func covers(_ wide: RuleDeclaration, _ narrow: RuleDeclaration) -> Bool {
        guard narrow.actions.isSubset(of: wide.actions) else { return false }
        return covers(wide.targets ?? Self.anything, narrow.targets ?? Self.anything)
            && coversSources(wide, narrow)
            && (wide.targets == nil || narrow.targets != nil)
    }

    private func covers(_ wide: [ServiceTarget], _ narrow: [ServiceTarget]) -> Bool {
        narrow.allSatisfy { target in
            wide.contains { other in
                other.service.covers(target.service)
                    && (other.namespaces.isEmpty
                        || !target.namespaces.isEmpty
                            && target.namespaces.allSatisfy { namespace in
                                other.namespaces.contains { $0.covers(namespace) }
                            })
            }
        }
    }

    private func coversSources(_ wide: RuleDeclaration, _ narrow: RuleDeclaration) -> Bool {
        switch (wide.sources, narrow.sources) {
        case (.services(let wide), .services(let narrow)): return covers(wide, narrow)
        case (.subjects(.none), .subjects): return true
        case (.subjects(.some(let wide)), .subjects(.some(let narrow))):
            return narrow.allSatisfy { term in
                wide.contains { other in
                    if case .service(let broad) = other.value,
                        case .service(let own) = term.value
                    {
                        return broad.covers(own)
                    }
                    return other.value == term.value
                }
            }
        default: return false
        }
    }
}
