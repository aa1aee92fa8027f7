extension PolicyReader {
    mutating func readACL(_ node: DocumentNode?) {
        for item in list(node) ?? [] {
            let keys = [
                "id", "effect", "subjects", "actions", "resources", "when", "except",
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
        let subjects = fields["subjects"].map {
            subjectTerms($0, of: "the list of subjects", deniedBy: head) ?? []
        }
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
        if let node = fields["when"] { rule.sourceIP = sourceIP(node) }
        rule.except = exceptions(fields, head)
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
        let services = servicePatterns(fields["services"], of: "a service's name") ?? [.any]
        let namespaces = fields["namespaces"].map { servicePatterns($0, of: "a namespace") ?? [] }
        if rule.isDeny, namespaces == nil, !fields.hasUnknown {
            report(
                .missingKey, node.mark,
                "deny rule '\(rule.id)' doesn't say in which namespaces its resources are",
                hint: "write namespaces: [default], or namespaces: [\"*\"] for all")
        }
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

    private mutating func sourceIP(_ node: DocumentNode) -> [CIDR] {
        guard let fields = fields(node, of: "when", known: ["source_ip"]) else { return [] }
        if fields.members.isEmpty, !fields.hasUnknown {
            report(.invalidValue, node.mark, "when is empty", hint: "its keys are source_ip")
        }
        var blocks: [CIDR] = []
        for item in nonEmptyList(fields["source_ip"], of: "the list of addresses") ?? [] {
            guard let text = literal(item, of: "an address block") else { continue }
            do throws(CIDRError) {
                blocks.append(try CIDR(parsing: text))
            } catch {
                reportCIDR(error, text, item.mark)
            }
        }
        return blocks
    }

    private mutating func reportCIDR(_ error: CIDRError, _ text: String, _ mark: Mark) {
        switch error {
        case .bitsBehindPrefix(let suggestion):
            report(
                .invalidValue, mark, "\(quoted(text)) sets bits behind its prefix",
                hint: "did you mean '\(suggestion)'?")
        case .malformed:
            report(
                .invalidValue, mark, "\(quoted(text)) is not an address block",
                hint: "such as 10.0.0.0/8 or 2001:db8::/32")
        }
    }
}
