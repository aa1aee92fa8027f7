extension PolicyReader {
    /// The calls that an intention's `call` is narrowed to.
    mutating func httpPermits(
        _ node: DocumentNode, _ permit: ActionSet?, _ head: RuleHead
    ) -> [HTTPPermit] {
        if permit?.contains(.serviceCall) != true {
            report(
                .invalidValue, node.mark,
                "'http' narrows calls, but rule '\(head.id)' is not on them",
                hint: "add call to permit")
        }
        return (nonEmptyList(node, of: "'http'") ?? []).compactMap { httpPermit($0) }
    }

    private mutating func httpPermit(_ node: DocumentNode) -> HTTPPermit? {
        let keys = ["methods", "path", "headers"]
        guard let fields = fields(node, of: "an entry of 'http'", known: keys) else { return nil }
        if fields.members.isEmpty, !fields.hasUnknown {
            report(
                .invalidValue, node.mark, "an entry of 'http' is empty",
                hint: "such as { methods: [GET], path: \"/v1/**\" }")
        }
        var permit = HTTPPermit()
        for item in nonEmptyList(fields["methods"], of: "the list of methods") ?? [] {
            if let method = method(item) { permit.methods.append(method) }
        }
        permit.path = fields["path"].flatMap { pathPattern($0) }
        if let headers = fields["headers"] { permit.headers = headerPatterns(headers) }
        return permit
    }

    private mutating func method(_ node: DocumentNode) -> String? {
        guard let text = text(node, of: "a method", bytesMax: PolicyLimits.nameBytesMax) else {
            return nil
        }
        let isUpper = text.utf8.allSatisfy {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || $0 == UInt8(ascii: "-")
        }
        if isUpper { return text }
        report(
            .invalidValue, node.mark, "\(Quotation.quote(text)) is not a method",
            hint: "methods are in upper case, such as GET")
        return nil
    }

    private mutating func pathPattern(_ node: DocumentNode) -> PathPattern? {
        guard let text = text(node, of: "a path") else { return nil }
        guard text.utf8.first == UInt8(ascii: "/") else {
            report(
                .invalidValue, node.mark, "\(Quotation.quote(text)) is not a path",
                hint: "paths begin with '/'")
            return nil
        }
        var parts = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        let hasOpenEnd = parts.last.map { isSameName(String($0), "**") } ?? false
        if hasOpenEnd { parts.removeLast() }
        if let problem = HTTPPath.problem(starless(parts)) {
            report(
                .invalidValue, node.mark,
                "\(Quotation.quote(text)) never matches: \(problem)",
                hint: "paths are matched in their normal form")
            return nil
        }
        let segments = parts.map { NamePattern(String($0)) }
        if segments.contains(where: { $0.bytes.contains(UInt8(ascii: "*")) }) {
            report(
                .invalidValue, node.mark,
                "'*' may stand only at the end of a path segment and '**' only at the end, "
                    + "not as in \(Quotation.quote(text))")
            return nil
        }
        guard segments.count <= PolicyLimits.pathSegmentsMax else {
            report(
                .limit, node.mark,
                "a path has \(segments.count) segments, "
                    + "at most \(PolicyLimits.pathSegmentsMax) are allowed")
            return nil
        }
        return PathPattern(segments: segments, hasOpenEnd: hasOpenEnd)
    }

    private func starless(_ parts: [Substring]) -> String {
        "/" + parts.map { $0.replacing("*", with: "x") }.joined(separator: "/")
    }

    private mutating func headerPatterns(_ node: DocumentNode) -> [HeaderPattern] {
        guard case .mapping(let members) = node.content else {
            reportType(node, expected: "a mapping of header fields")
            return []
        }
        if members.isEmpty { report(.invalidValue, node.mark, "the mapping of headers is empty") }
        var patterns: [HeaderPattern] = []
        for member in members {
            guard isName(member.key, member.mark, of: "a header field's name") else { continue }
            let name = member.key.lowercased()
            if patterns.contains(where: { isSameName($0.name, name) }) {
                report(
                    .duplicate, member.mark,
                    "header field \(Quotation.quote(name)) stands more than once")
            }
            var values: [NamePattern] = []
            for item in nonEmptyList(member.value, of: "the list of values") ?? [] {
                if let text = text(item, of: "a value", bytesMax: PolicyLimits.patternBytesMax) {
                    values.append(NamePattern(text))
                }
            }
            patterns.append(HeaderPattern(name: name, values: values))
        }
        return patterns
    }
}
