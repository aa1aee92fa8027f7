internal import Policy

/// A file of alert rules with its outputs and tests.
public struct AlertFile: Sendable {
    let rules: [AlertRule]
    let outputs: [AlertOutputPlan]
    let tests: [AlertTest]

    /// The ids of the rules.
    public var ruleIDs: [String] { rules.map(\.id) }
    /// The number of tests that the file carries.
    public var testCount: Int { tests.count }

    /// Parses a file's text.
    ///
    /// - Throws: ``ExportError/document(faults:)`` with every fault as `file:line:column: what`.
    public init(_ text: String, file: String) throws(ExportError) {
        var form = DocumentForm(file: file)
        var reader = AlertReader()
        if let members = form.read(text) { reader.read(members, &form) }
        if !form.faults.isEmpty { throw .document(faults: form.faults) }
        rules = reader.rules
        outputs = reader.outputs
        tests = reader.tests
    }
}

/// Reads the parts of an alert file.
struct AlertReader {
    private(set) var rules: [AlertRule] = []
    private(set) var outputs: [AlertOutputPlan] = []
    private(set) var tests: [AlertTest] = []

    mutating func read(_ members: [DocumentMember], _ form: inout DocumentForm) {
        form.check(members, "the file", ["maxine_alerts", "outputs", "rules", "tests"])
        if let node = members["maxine_alerts"] {
            _ = form.number(node, "maxine_alerts", in: 1...1)
        } else {
            form.faults.append("\(form.file):1:1: the key 'maxine_alerts: 1' is missing")
        }
        if let node = members["outputs"] {
            for item in form.items(node, "outputs") {
                if let plan = AlertOutputPlan.read(item, &form) { outputs.append(plan) }
            }
        }
        if let node = members["rules"] {
            for item in form.items(node, "rules") { rule(item, &form) }
            if rules.count > ExportLimits.alertRulesMax {
                form.fault(node, "at most \(ExportLimits.alertRulesMax) rules are allowed")
            }
            for (id, same) in Dictionary(grouping: rules, by: \.id) where same.count > 1 {
                form.fault(node, "rule \(quoted(id)) stands more than once")
            }
        }
        if let node = members["tests"] {
            let known = Set(rules.map(\.id))
            for item in form.items(node, "tests") {
                if let test = AlertTest.read(item, known, &form) { tests.append(test) }
            }
        }
    }

    private static let keys = [
        "id", "title", "severity", "when", "count", "within", "by", "after", "signal", "above",
        "below", "outputs",
    ]

    private mutating func rule(_ node: DocumentNode, _ form: inout DocumentForm) {
        guard let members = form.mapping(node, "a rule", keys: Self.keys) else { return }
        guard let idNode = members["id"], let id = form.text(idNode, "id"), ExporterFile.isName(id)
        else { return form.fault(node, "a rule needs an id of 1 to 63 of a-z 0-9 and -") }
        let window =
            members["within"].map {
                form.seconds($0, "within", max: ExportLimits.alertWindowSecondsMax)
            } ?? 60
        guard let trigger = trigger(node, members, &form), let window else { return }
        let known = Set(outputs.map(\.name))
        var chosen: [String] = []
        if let place = members["outputs"] {
            chosen = form.texts(place, "outputs")
            for name in chosen where !known.contains(name) {
                form.fault(place, "there is no output \(quoted(name))")
            }
        }
        let severity =
            members["severity"].map { form.word($0, "severity", AlertSeverity.self) } ?? .medium
        let by = members["by"].map { form.word($0, "by", AlertField.self) } ?? nil
        rules.append(
            AlertRule(
                id: id, title: members["title"].flatMap { form.text($0, "title") } ?? id,
                severity: severity ?? .medium, trigger: trigger, windowSeconds: window, by: by,
                outputs: chosen))
    }

    private func trigger(
        _ node: DocumentNode, _ members: [DocumentMember], _ form: inout DocumentForm
    ) -> AlertRule.Trigger? {
        let count =
            members["count"].map { form.number($0, "count", in: 1...1_000_000) } ?? 1
        if let place = members["signal"] {
            guard let signal = form.word(place, "signal", AlertSignal.self) else { return nil }
            let bounds = 0...Int(Int32.max)
            let above = members["above"].flatMap { form.number($0, "above", in: bounds) }
            let below = members["below"].flatMap { form.number($0, "below", in: bounds) }
            if above == nil, below == nil {
                form.fault(place, "a signal needs 'above' or 'below'")
                return nil
            }
            return .signal(signal, above: above, below: below)
        }
        guard let place = members["when"] else {
            form.fault(node, "a rule needs 'when' or 'signal'")
            return nil
        }
        guard let match = match(place, "when", &form), let count else { return nil }
        guard let after = members["after"] else { return .count(match, atLeast: count) }
        guard let before = self.match(after, "after", &form) else { return nil }
        return .follows(match, after: before, atLeast: count)
    }

    private func match(
        _ node: DocumentNode, _ what: String, _ form: inout DocumentForm
    ) -> AlertMatch? {
        let keys = AlertField.allCases.map(\.rawValue)
        guard let members = form.mapping(node, what, keys: keys) else { return nil }
        var match = AlertMatch()
        for member in members {
            guard let field = AlertField(rawValue: member.key) else { continue }
            match.conditions[field] = form.texts(member.value, member.key)
        }
        if match.conditions.isEmpty {
            form.fault(node, "\(what) needs a condition")
            return nil
        }
        return match
    }
}
