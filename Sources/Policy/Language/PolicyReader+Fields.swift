import Text

/// A mapping's values by key.
struct Fields {
    var mark: Mark
    var members: [String: DocumentMember]
    var hasUnknown = false

    subscript(key: String) -> DocumentNode? { members[key]?.value }
}

extension PolicyReader {
    /// A mapping with none but known keys; unknown and missing ones are reported.
    mutating func fields(
        _ node: DocumentNode, of what: String, known: [String], required: [String] = []
    ) -> Fields? {
        guard case .mapping(let members) = node.content else {
            reportType(node, expected: "a mapping")
            return nil
        }
        var fields = Fields(mark: node.mark, members: [:])
        for member in members {
            if known.contains(member.key) {
                fields.members[member.key] = member
            } else {
                fields.hasUnknown = true
                report(
                    .unknownKey, member.mark,
                    "\(what) has no key \(quoted(member.key))",
                    hint: Suggestion.hint(for: member.key, among: known)
                        ?? "its keys are \(known.joined(separator: ", "))")
            }
        }
        for key in required where fields.members[key] == nil {
            report(.missingKey, node.mark, "\(what) needs the key '\(key)'")
        }
        return fields
    }

    /// The entries of a list.
    mutating func list(_ node: DocumentNode?) -> [DocumentNode]? {
        guard let node else { return nil }
        if case .list(let items) = node.content { return items }
        if case .scalar(let scalar) = node.content, scalar.type == .text {
            report(
                .wrongType, node.mark, "expected a list, found \(node.kind)",
                hint: "write [\(Quotation.cut(scalar.text))]")
        } else {
            reportType(node, expected: "a list")
        }
        return nil
    }

    /// The entries of a list that must have some.
    mutating func nonEmptyList(_ node: DocumentNode?, of what: String) -> [DocumentNode]? {
        guard let node, let items = list(node) else { return nil }
        if items.isEmpty {
            report(.invalidValue, node.mark, "\(what) is empty")
            return nil
        }
        return items
    }

    mutating func reportType(_ node: DocumentNode, expected: String) {
        report(.wrongType, node.mark, "expected \(expected), found \(node.kind)")
    }
}
