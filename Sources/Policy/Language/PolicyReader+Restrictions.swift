extension PolicyReader {
    /// What narrows a rule besides whom and what it speaks of.
    mutating func readRestrictions(
        _ fields: Fields, _ head: RuleHead, into rule: inout RuleDeclaration
    ) {
        if let node = fields["when"] { rule.when = whenClause(node) }
        if let node = fields["valid"] { rule.validity = validity(node) }
        if let node = fields["shadow"] { rule.shadowUntil = shadowUntil(node) }
        rule.except = exceptions(fields, head)
    }

    /// From when until when a rule is in force.
    private mutating func validity(_ node: DocumentNode) -> Validity {
        var validity = Validity()
        guard let fields = fields(node, of: "valid", known: ["from", "until"]) else {
            return validity
        }
        if fields.members.isEmpty, !fields.hasUnknown {
            report(.invalidValue, node.mark, "valid is empty", hint: "its keys are from, until")
        }
        validity.from = fields["from"].flatMap { moment($0) }
        validity.until = fields["until"].flatMap { moment($0) }
        if let from = validity.from, let until = validity.until, from >= until {
            report(
                .invalidValue, fields["until"]?.mark ?? node.mark,
                "'until' is not after 'from', so the rule is never in force")
        }
        return validity
    }

    /// The end of a rule's time as a shadow, which it must have.
    private mutating func shadowUntil(_ node: DocumentNode) -> Int64? {
        guard case .mapping = node.content else {
            report(
                .wrongType, node.mark, "expected a mapping, found \(node.kind)",
                hint: "a shadow rule says when it ends: { until: 2027-01-31T00:00:00Z }")
            return nil
        }
        guard
            let fields = fields(node, of: "shadow", known: ["until"], required: ["until"])
        else { return nil }
        return fields["until"].flatMap { moment($0) }
    }

    /// A point in time in nanoseconds since the Unix epoch.
    mutating func moment(_ node: DocumentNode) -> Int64? {
        guard let text = literal(node, of: "a point in time") else { return nil }
        if let time = TestTime.nanoseconds(text) { return time }
        report(
            .invalidValue, node.mark, "\(Quotation.quote(text)) is not a point in time",
            hint: "such as 2026-11-02T23:00:00+01:00")
        return nil
    }
}
