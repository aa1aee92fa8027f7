public import Policy
internal import StrictJSON

/// An explanation as JSON: the answer of `POST /policy/explain` and of the command.
public enum ExplanationJSON {
    /// Encodes an explanation; `recorded` is what the log says of the same request.
    public static func encode(
        _ explanation: Explanation, of question: PolicyQuestion, under policy: CompiledPolicy,
        recorded: DecisionSummary? = nil
    ) -> [UInt8] {
        var writer = JSONWriter(capacity: 1024)
        writer.raw("{\"decision\":")
        writer.string(explanation.outcome.verdict)
        writer.text("gate", explanation.outcome.gate.rawValue)
        if let rule = explanation.outcome.rule { writer.text("rule", rule) }
        if let reason = explanation.outcome.reason { writer.text("reason", reason) }
        writer.text("why", explanation.outcome.text)
        if let shadow = explanation.shadow {
            writer.raw(",\"shadow\":{\"decision\":")
            writer.string(shadow.isAllowed ? "allow" : "deny")
            writer.text("gate", shadow.gate.rawValue)
            if let rule = shadow.rule { writer.text("rule", rule) }
            if let reason = shadow.reason { writer.text("reason", reason) }
            writer.raw("}")
        }
        if let recorded {
            writer.text("recorded", recorded.text)
            writer.raw(",\"reproduced\":")
            writer.raw(recorded.isSame(as: explanation.outcome) ? "true" : "false")
        }
        writer.text("principal", question.principal.title)
        writer.text("action", question.operation.action.name)
        if let service = question.operation.resource.service {
            writer.text("resource", "\(question.operation.resource.namespace)/\(service)")
        }
        writer.raw(",\"policy\":{\"name\":")
        writer.string(policy.name)
        writer.text("digest", policy.digest)
        writer.raw("},\"roles\":")
        writer.list(explanation.roles) { writer, grant in
            writer.raw("{\"role\":")
            writer.string(grant.role)
            writer.text("source", grant.source)
            writer.raw(",\"holdsAction\":")
            writer.raw(grant.holdsAction ? "true}" : "false}")
        }
        writer.raw(",\"gates\":")
        writer.list(explanation.gates) { writer, gate in
            writer.raw("{\"gate\":")
            writer.string(gate.gate.rawValue)
            writer.text("verdict", gate.verdict.rawValue)
            writer.text("note", gate.note)
            writer.raw(",\"rules\":")
            writer.list(gate.rules) { $0.rule($1) }
            writer.raw("}")
        }
        writer.raw("}")
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func rule(_ rule: RuleTrace) {
        raw("{\"rule\":")
        string(rule.rule)
        text("effect", rule.isDeny ? "deny" : "allow")
        text("standing", rule.standing.text)
        text("place", rule.location.description)
        if rule.isShadow { raw(",\"shadow\":true") }
        raw(",\"decisive\":")
        raw(rule.isDecisive ? "true}" : "false}")
    }

    /// Appends a comma and a member that is a text.
    mutating func text(_ name: StaticString, _ value: String) {
        raw(",\"")
        raw(name)
        raw("\":")
        string(value)
    }

    /// Appends a comma and a member that is a number.
    mutating func count(_ name: StaticString, _ value: some BinaryInteger) {
        raw(",\"")
        raw(name)
        raw("\":")
        integer(value)
    }

    /// Appends a list.
    mutating func list<Element>(
        _ elements: [Element], _ append: (inout JSONWriter, Element) -> Void
    ) {
        raw("[")
        for (index, element) in elements.enumerated() {
            if index > 0 { raw(",") }
            append(&self, element)
        }
        raw("]")
    }
}
