import Yams

extension DocumentReader {
    static func convert(
        _ node: Node, depth: Int, into diagnostics: inout Diagnostics
    ) -> DocumentNode? {
        let mark = mark(of: node)
        guard depth <= PolicyLimits.depthMax else {
            diagnostics.report(
                .limit, mark, "the file nests deeper than \(PolicyLimits.depthMax) levels")
            return nil
        }
        switch node {
        case .scalar(let scalar):
            // Yams gives quoted scalars the tag of text, so on them that tag is none of the author's.
            let isPlain = scalar.style == .plain
            let isQuoted = !isPlain && scalar.tag.rawValue == Tag.Name.str.rawValue
            guard isQuoted || isUntagged(scalar.tag, mark, into: &diagnostics) else { return nil }
            let value = DocumentScalar(text: scalar.string, isPlain: isPlain)
            return DocumentNode(content: .scalar(value), mark: mark)
        case .sequence(let sequence):
            guard isUntagged(sequence.tag, mark, into: &diagnostics),
                isShort(sequence.count, mark, into: &diagnostics)
            else { return nil }
            return list(sequence, mark, depth: depth, into: &diagnostics)
        case .mapping(let mapping):
            guard isUntagged(mapping.tag, mark, into: &diagnostics),
                isShort(mapping.count, mark, into: &diagnostics)
            else { return nil }
            return self.mapping(mapping, mark, depth: depth, into: &diagnostics)
        case .alias:
            diagnostics.report(.syntax, mark, "anchors and aliases are not allowed")
            return nil
        }
    }

    private static func list(
        _ sequence: Node.Sequence, _ mark: Mark, depth: Int, into diagnostics: inout Diagnostics
    ) -> DocumentNode? {
        var items: [DocumentNode] = []
        for item in sequence {
            guard let item = convert(item, depth: depth + 1, into: &diagnostics) else { return nil }
            items.append(item)
        }
        return DocumentNode(content: .list(items), mark: mark)
    }

    private static func mapping(
        _ mapping: Node.Mapping, _ mark: Mark, depth: Int, into diagnostics: inout Diagnostics
    ) -> DocumentNode? {
        var members: [DocumentMember] = []
        for (key, value) in mapping {
            let keyMark = self.mark(of: key)
            guard case .scalar(let scalar) = key else {
                diagnostics.report(.wrongType, keyMark, "a key must be text")
                return nil
            }
            guard let value = convert(value, depth: depth + 1, into: &diagnostics) else {
                return nil
            }
            members.append(DocumentMember(key: scalar.string, mark: keyMark, value: value))
        }
        return DocumentNode(content: .mapping(members), mark: mark)
    }

    private static func isUntagged(
        _ tag: Tag, _ mark: Mark, into diagnostics: inout Diagnostics
    ) -> Bool {
        if tag.rawValue.isEmpty { return true }
        diagnostics.report(
            .syntax, mark, "tags are not allowed",
            hint: "quote the value if it begins with '!'")
        return false
    }

    private static func isShort(
        _ count: Int, _ mark: Mark, into diagnostics: inout Diagnostics
    ) -> Bool {
        if count <= PolicyLimits.listCountMax { return true }
        diagnostics.report(
            .limit, mark, "\(count) entries, at most \(PolicyLimits.listCountMax) are allowed")
        return false
    }
}
