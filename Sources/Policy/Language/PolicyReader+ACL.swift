extension PolicyReader {
    mutating func readACL(_ node: DocumentNode?) {
        for item in list(node) ?? [] {
            let keys = [
                "id", "effect", "subjects", "actions", "resources", "when", "valid", "except",
                "shadow",
            ]
            guard
                let fields = fields(
                    item, of: "an ACL entry", known: keys, required: ["id", "effect"])
            else { continue }
            readACLEntry(fields)
        }
    }

    private mutating func readACLEntry(_ fields: Fields) {
        let head = ruleHead(fields)
        let subjects = fields["subjects"].map { subjectTerms($0, of: "the list of subjects") ?? [] }
        let actions = fields["actions"].map { self.actions($0) ?? ActionSet() } ?? .all
        guard let head else { return }
        requireInAllow(
            [
                ("subjects", "name who is let in, such as [role:operator]"),
                ("actions", "name what is allowed, such as [service.read]"),
                ("resources", "for every service write { services: [\"*\"] }"),
            ], fields, head)
        var rule = RuleDeclaration(
            id: head.id, location: location(head.mark), isDeny: head.isDeny,
            sources: .subjects(subjects), actions: actions)
        readResources(fields["resources"], into: &rule)
        readRestrictions(fields, head, into: &rule)
        declarations.rules.append(rule)
    }

    private mutating func readResources(_ node: DocumentNode?, into rule: inout RuleDeclaration) {
        guard let node else { return }
        let keys = ["services", "namespaces", "tags"]
        guard let fields = fields(node, of: "resources", known: keys) else { return }
        guard !fields.members.isEmpty else {
            report(
                .invalidValue, node.mark, "resources is empty",
                hint: "for every service write { services: [\"*\"] }")
            return
        }
        let services =
            patternList(fields["services"], of: "a service's name", in: \.services) ?? [.any]
        let namespaces =
            patternList(fields["namespaces"], of: "a namespace", in: \.namespaces) ?? []
        rule.targets = services.map { ServiceTarget(service: $0, namespaces: namespaces) }
        if let tags = fields["tags"] { rule.tags = tagCondition(tags) }
    }

    /// `[a, b]` or `{ any: [a, b] }` for one of them, `{ all: [a, b] }` for each of them.
    private mutating func tagCondition(_ node: DocumentNode) -> TagCondition {
        guard case .mapping(let members) = node.content else {
            return TagCondition(any: tagPatterns(node))
        }
        guard let fields = fields(node, of: "tags", known: ["any", "all"]) else {
            return TagCondition()
        }
        if members.isEmpty { report(.invalidValue, node.mark, "the list of tags is empty") }
        return TagCondition(
            any: fields["any"].map { tagPatterns($0) } ?? [],
            all: fields["all"].map { tagPatterns($0) } ?? [])
    }

    private mutating func tagPatterns(_ node: DocumentNode) -> [NamePattern] {
        var patterns: [NamePattern] = []
        for item in nonEmptyList(node, of: "the list of tags") ?? [] {
            if let text = text(item, of: "a tag", bytesMax: PolicyLimits.patternBytesMax) {
                patterns.append(NamePattern(text))
            }
        }
        return patterns
    }
}
