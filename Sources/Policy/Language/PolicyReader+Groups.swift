extension PolicyReader {
    mutating func readGroups(_ node: DocumentNode?) {
        guard let node else { return }
        guard case .mapping(let members) = node.content else {
            return reportType(node, expected: "a mapping of groups")
        }
        for member in members {
            let keys = ["services", "namespaces", "cidr"]
            guard isName(member.key, member.mark, of: "a group's name"),
                isShort(member.key, member.mark, of: "a group's name"),
                let fields = fields(member.value, of: "a group", known: keys)
            else { continue }
            if fields.members.isEmpty, !fields.hasUnknown {
                report(
                    .invalidValue, member.value.mark, "group '\(member.key)' is empty",
                    hint: "its keys are services, namespaces, cidr")
            }
            var group = GroupDeclaration(name: member.key, location: location(member.mark))
            group.services = groupMembers(fields["services"]) { reader, text, mark in
                reader.servicePattern(text, mark, of: "a service's name")
            }
            group.namespaces = groupMembers(fields["namespaces"]) { reader, text, mark in
                reader.servicePattern(text, mark, of: "a namespace")
            }
            group.cidr = groupMembers(fields["cidr"]) { reader, text, mark in
                reader.block(text, mark)
            }
            declarations.groups.append(group)
        }
    }

    private mutating func groupMembers<Value>(
        _ node: DocumentNode?, _ read: (inout PolicyReader, String, Mark) -> Value?
    ) -> [GroupMember<Value>] {
        var members: [GroupMember<Value>] = []
        for item in nonEmptyList(node, of: "the list") ?? [] {
            guard let text = literal(item, of: "a member") else { continue }
            if isGroup(text) {
                let name = String(text.dropFirst(Self.groupPrefix.count))
                members.append(.group(Located(value: name, location: location(item.mark))))
            } else if let value = read(&self, text, item.mark) {
                members.append(.value(value))
            }
        }
        return members
    }

    static var groupPrefix: String { "group:" }

    func isGroup(_ text: String) -> Bool { text.utf8.starts(with: Self.groupPrefix.utf8) }
}

extension PolicyReader {
    /// One pattern, or those of a group.
    mutating func patterns(
        _ node: DocumentNode, of what: String, in path: KeyPath<ResolvedGroup, [NamePattern]>
    ) -> [NamePattern]? {
        guard let text = text(node, of: what, bytesMax: PolicyLimits.patternBytesMax) else {
            return nil
        }
        guard isGroup(text) else {
            count(1, node.mark)
            return servicePattern(text, node.mark, of: what).map { [$0] }
        }
        guard let group = group(text, node.mark) else { return nil }
        let kind = path == \.services ? "services" : "namespaces"
        return members(of: group, path, kind, text, node.mark)
    }

    /// A list of patterns and groups of them.
    mutating func patternList(
        _ node: DocumentNode?, of what: String, in path: KeyPath<ResolvedGroup, [NamePattern]>
    ) -> [NamePattern]? {
        guard let items = nonEmptyList(node, of: "the list") else { return nil }
        return items.flatMap { patterns($0, of: what, in: path) ?? [] }
    }

    /// The group that a text refers to; nil, and reported, when there is none.
    mutating func group(_ text: String, _ mark: Mark) -> ResolvedGroup? {
        guard isGroup(text) else { return nil }
        let name = String(text.dropFirst(Self.groupPrefix.count))
        if let group = groups[name] {
            declarations.usedGroups.insert(name)
            return group
        }
        reportMissingGroup(name, mark)
        return nil
    }

    mutating func reportMissingGroup(_ name: String, _ mark: Mark) {
        report(
            .dangling, mark, "there is no group \(Quotation.quote(name))",
            hint: Suggestion.hint(for: name, among: groups.keys.sorted().prefix(1_000)))
    }

    /// A group's members of one kind, of which it must have some.
    mutating func members<Value>(
        of group: ResolvedGroup, _ path: KeyPath<ResolvedGroup, [Value]>, _ kind: String,
        _ text: String, _ mark: Mark
    ) -> [Value] {
        let members = group[keyPath: path]
        if members.isEmpty {
            report(
                .invalidValue, mark, "\(Quotation.quote(text)) has no \(kind)",
                hint: "give the group some, or name another group")
        }
        return count(members.count, mark) ? members : []
    }

    /// Counts what rules hold, so that a few groups in many rules can't fill the memory.
    @discardableResult
    mutating func count(_ count: Int, _ mark: Mark) -> Bool {
        let before = valueCount
        valueCount += count
        if valueCount <= PolicyLimits.ruleValuesMax { return true }
        if before <= PolicyLimits.ruleValuesMax {
            report(
                .limit, mark,
                "the rules name more than \(PolicyLimits.ruleValuesMax) services, namespaces "
                    + "and addresses, groups written out")
        }
        return false
    }
}
