import Text

extension PolicyReader {
    /// Text of bounded length; numbers, truth values and nothing are refused.
    mutating func text(
        _ node: DocumentNode, of what: String, bytesMax: Int = PolicyLimits.subjectBytesMax
    ) -> String? {
        guard case .scalar(let scalar) = node.content else {
            reportType(node, expected: what)
            return nil
        }
        switch scalar.type {
        case .text: break
        case .nothing:
            reportType(node, expected: what)
            return nil
        case .number, .truth:
            report(
                .wrongType, node.mark, "expected \(what), found \(scalar.kind)",
                hint: "if it is a name, quote it: \"\(Quotation.cut(scalar.text))\"")
            return nil
        }
        return bounded(scalar.text, node.mark, of: what, bytesMax: bytesMax)
    }

    /// Text that may look like a number, such as an address or a point in time.
    mutating func literal(_ node: DocumentNode, of what: String) -> String? {
        guard case .scalar(let scalar) = node.content, scalar.type != .nothing else {
            reportType(node, expected: what)
            return nil
        }
        return bounded(
            scalar.text, node.mark, of: what, bytesMax: PolicyLimits.patternBytesMax)
    }

    /// A name: 1 to 64 letters, digits, `.`, `-` and `_`.
    mutating func name(_ node: DocumentNode, of what: String) -> String? {
        guard let text = text(node, of: what, bytesMax: PolicyLimits.nameBytesMax) else {
            return nil
        }
        return isName(text, node.mark, of: what) ? text : nil
    }

    /// Whether a text is a name; reported when not.
    mutating func isName(_ text: String, _ mark: Mark, of what: String) -> Bool {
        if !text.isEmpty, text.utf8.allSatisfy(SPIFFEID.isSegmentByte) { return true }
        report(
            .invalidValue, mark,
            "\(what) has only letters, digits, '.', '-' and '_', not \(quoted(text))")
        return false
    }

    /// A pattern for services or namespaces.
    mutating func servicePattern(_ node: DocumentNode, of what: String) -> NamePattern? {
        guard let text = text(node, of: what, bytesMax: PolicyLimits.patternBytesMax) else {
            return nil
        }
        return servicePattern(text, node.mark, of: what)
    }

    /// A pattern for services or namespaces, from its text.
    mutating func servicePattern(_ text: String, _ mark: Mark, of what: String) -> NamePattern? {
        let pattern = NamePattern(text)
        if pattern.bytes.contains(UInt8(ascii: "*")) {
            report(
                .invalidValue, mark,
                "'*' may stand only at the end, not as in "
                    + quoted(text),
                hint: "patterns are exact, prefix* and *")
            return nil
        }
        guard
            pattern.isAny || isName(String(decoding: pattern.bytes, as: UTF8.self), mark, of: what)
        else { return nil }
        return pattern
    }

    /// A list of patterns for services or namespaces.
    mutating func servicePatterns(_ node: DocumentNode?, of what: String) -> [NamePattern]? {
        guard let items = nonEmptyList(node, of: "the list") else { return nil }
        return items.compactMap { servicePattern($0, of: what) }
    }

    /// One of a few words.
    mutating func word<Value>(
        _ node: DocumentNode, of what: String, among values: [(String, Value)]
    ) -> Value? {
        guard let text = text(node, of: what) else { return nil }
        if let found = values.first(where: { $0.0.isExactly(text) }) { return found.1 }
        let words = values.map(\.0)
        report(
            .invalidValue, node.mark, "\(quoted(text)) is not \(what)",
            hint: Suggestion.hint(for: text, among: words)
                ?? "it is one of \(words.joined(separator: ", "))")
        return nil
    }

    private mutating func bounded(
        _ text: String, _ mark: Mark, of what: String, bytesMax: Int
    ) -> String? {
        if text.isEmpty {
            report(.invalidValue, mark, "\(what) is empty")
            return nil
        }
        if text.unicodeScalars.contains(where: {
            $0.value < 0x20 || (0x7F...0x9F).contains($0.value)
        }) {
            report(.invalidValue, mark, "\(what) holds a control character")
            return nil
        }
        if let name = TextCheck.unseen(in: text) {
            report(
                .invalidValue, mark, "\(what) holds the invisible character \(name)",
                hint: "remove it")
            return nil
        }
        guard text.utf8.count <= bytesMax else {
            report(
                .limit, mark,
                "\(what) has \(text.utf8.count) bytes, at most \(bytesMax) are allowed")
            return nil
        }
        return text
    }
}
