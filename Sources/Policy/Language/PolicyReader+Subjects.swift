import Text

extension PolicyReader {
    /// A list of subjects in their short form, such as `role:operator`.
    mutating func subjectTerms(_ node: DocumentNode?, of what: String) -> [Located<SubjectTerm>]? {
        guard let items = nonEmptyList(node, of: what) else { return nil }
        return items.compactMap { item in
            subjectTerm(item).map { Located(value: $0, location: location(item.mark)) }
        }
    }

    private mutating func subjectTerm(_ node: DocumentNode) -> SubjectTerm? {
        guard case .scalar = node.content else {
            report(
                .wrongType, node.mark, "expected a subject, found \(node.kind)",
                hint: "rules name subjects in the short form, such as \"role:operator\"")
            return nil
        }
        guard let text = text(node, of: "a subject") else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            report(
                .invalidValue, node.mark,
                "subject \(quoted(text)) doesn't say what it is",
                hint: "write role:\(Quotation.cut(text)), service:, user:, key: or group:")
            return nil
        }
        let value = String(parts[1])
        guard !value.isEmpty else {
            report(.invalidValue, node.mark, "subject \(quoted(text)) names nothing")
            return nil
        }
        return subjectTerm(kind: String(parts[0]), value: value, text: text, node.mark)
    }

    private mutating func subjectTerm(
        kind: String, value: String, text: String, _ mark: Mark
    ) -> SubjectTerm? {
        switch kind {
        case "role": return isName(value, mark, of: "a role's name") ? .role(value) : nil
        case "service":
            return servicePattern(value, mark, of: "a service's name").map { .service($0) }
        case "user", "key", "group":
            if value.utf8.last == UInt8(ascii: "*") {
                report(
                    .invalidValue, mark,
                    "subject \(quoted(text)) can't be a pattern",
                    hint: "only service: takes patterns; use a role for many subjects")
                return nil
            }
            if kind == "user" { return .user(value) }
            return kind == "key" ? .key(value) : .group(value)
        default:
            let kinds = ["role", "service", "user", "key", "group"]
            report(
                .invalidValue, mark, "there is no kind of subject \(quoted(kind))",
                hint: Suggestion.hint(for: kind, among: kinds)
                    ?? "the kinds are \(kinds.joined(separator: ", "))")
            return nil
        }
    }
}
