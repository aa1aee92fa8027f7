import Text

extension PolicyReader {
    mutating func readRoles(_ node: DocumentNode?) {
        guard let node else { return }
        guard case .mapping(let members) = node.content else {
            return reportType(node, expected: "a mapping of roles")
        }
        for member in members {
            readRole(member)
        }
    }

    private mutating func readRole(_ member: DocumentMember) {
        let isNamed = isName(member.key, member.mark, of: "a role's name")
        guard isNamed, isShort(member.key, member.mark, of: "a role's name"),
            let fields = fields(
                member.value, of: "a role", known: ["actions"], required: ["actions"]),
            let actions = actions(fields["actions"])
        else { return }
        if let standard = BuiltInRoles.actions(of: member.key), !actions.isSubset(of: standard) {
            let extra = actions.actions.filter { !standard.contains($0) }.map(\.name)
            report(
                .invalidValue, member.mark,
                "the built-in role '\(member.key)' can only be narrowed, "
                    + "but \(Quotation.cut(extra.joined(separator: ", "))) would be new",
                hint: "give the wider role a name of its own")
            return
        }
        declarations.roles.append(
            RoleDeclaration(name: member.key, actions: actions, location: location(member.mark)))
    }

    /// A list of actions or action patterns.
    mutating func actions(_ node: DocumentNode?) -> ActionSet? {
        guard let items = nonEmptyList(node, of: "the list of actions") else { return nil }
        var set = ActionSet()
        for item in items {
            guard let text = text(item, of: "an action") else { continue }
            let pattern = NamePattern(text)
            let found = Action.allCases.filter { pattern.matches($0.name) }
            if found.isEmpty {
                report(
                    .dangling, item.mark, "there is no action \(quoted(text))",
                    hint: Suggestion.hint(for: text, among: Action.allCases.map(\.name)))
            }
            found.forEach { set.insert($0) }
        }
        return set
    }

    mutating func isShort(_ text: String, _ mark: Mark, of what: String) -> Bool {
        guard text.utf8.count > PolicyLimits.nameBytesMax else { return true }
        report(
            .limit, mark,
            "\(what) has \(text.utf8.count) bytes, at most \(PolicyLimits.nameBytesMax) are allowed"
        )
        return false
    }
}
