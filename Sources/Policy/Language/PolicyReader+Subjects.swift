import Text

extension PolicyReader {
    /// A list of subjects in their short form, such as `role:operator`.
    ///
    /// Where `head` is that of a deny which catches them, each service must name its namespace.
    mutating func subjectTerms(
        _ node: DocumentNode?, of what: String, deniedBy head: RuleHead? = nil
    ) -> [Located<SubjectTerm>]? {
        guard let items = nonEmptyList(node, of: what) else { return nil }
        return items.compactMap { item in
            guard let term = subjectTerm(item) else { return nil }
            if let head, head.isDeny, case .service(let target) = term, target.leavesNamespaceOut {
                let name = target.service.text
                report(
                    .missingKey, item.mark,
                    "deny rule '\(head.id)' doesn't say in which namespace 'service:\(name)' is",
                    hint: "write \"service:default/\(name)\", or \"service:*/\(name)\" for all")
            }
            return Located(value: term, location: location(item.mark))
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
        case "service": return serviceTarget(value, mark).map { .service($0) }
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

    /// `NAME` in the namespace `default`, or `NAMESPACE/NAME`; both may be patterns.
    private mutating func serviceTarget(_ text: String, _ mark: Mark) -> ServiceTarget? {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            .map { String($0) }
        let name = parts.count == 2 ? parts[1] : text
        guard let service = servicePattern(name, mark, of: "a service's name") else { return nil }
        guard parts.count == 2 else { return ServiceTarget(service: service, namespaces: nil) }
        return servicePattern(parts[0], mark, of: "a namespace").map {
            ServiceTarget(service: service, namespaces: [$0])
        }
    }
}
