/// What ACL entries and intentions have in common.
struct RuleHead {
    var id: String
    var mark: Mark
    var isDeny: Bool
}

extension PolicyReader {
    /// A rule's id and effect; `none` is kept for tests that expect no rule.
    mutating func ruleHead(_ fields: Fields) -> RuleHead? {
        let effect = fields["effect"].flatMap {
            word($0, of: "an effect", among: [("allow", false), ("deny", true)])
        }
        guard let node = fields["id"], let id = name(node, of: "a rule's id") else { return nil }
        guard id != "none" else {
            report(
                .invalidValue, node.mark, "a rule can't have the id 'none'",
                hint: "tests write it for: no rule")
            return nil
        }
        guard let effect else { return nil }
        return RuleHead(id: id, mark: node.mark, isDeny: effect)
    }

    /// The keys that an allow must have, so that what it opens can be read in it.
    mutating func requireInAllow(_ keys: [(String, String)], _ fields: Fields, _ head: RuleHead) {
        guard !head.isDeny else { return }
        for (key, hint) in keys where fields.members[key] == nil {
            report(
                .missingKey, head.mark, "allow rule '\(head.id)' needs the key '\(key)'",
                hint: hint)
        }
    }

    /// The subjects that a deny passes over.
    mutating func exceptions(_ fields: Fields, _ head: RuleHead) -> [Located<SubjectTerm>] {
        guard let member = fields.members["except"] else { return [] }
        guard head.isDeny else {
            report(
                .invalidValue, member.mark, "allow rule '\(head.id)' can't have 'except'",
                hint: "only a deny has exceptions; write a deny of its own")
            return []
        }
        return subjectTerms(member.value, of: "the list of exceptions") ?? []
    }
}
