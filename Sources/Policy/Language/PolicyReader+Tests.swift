import Text

extension PolicyReader {
    mutating func readTests(_ node: DocumentNode?) {
        for item in list(node) ?? [] {
            let keys = ["name", "as", "do", "now", "expect"]
            guard
                let fields = fields(
                    item, of: "a test", known: keys, required: ["name", "as", "do", "expect"])
            else { continue }
            let name = fields["name"].flatMap { text($0, of: "a test's name") }
            let subject = fields["as"].flatMap { testSubject($0) }
            let operation = fields["do"].flatMap { testOperation($0) }
            let now = fields["now"].map { testTime($0) } ?? TestTime.standard
            let expectation = fields["expect"].flatMap { testExpectation($0) }
            guard let name, let subject, let operation, let now, let expectation else { continue }
            declarations.tests.append(
                TestDeclaration(
                    name: name, location: location(item.mark), subject: subject.subject,
                    operation: operation,
                    context: Context(nowNanoseconds: now, sourceIP: subject.sourceIP),
                    expectation: expectation))
        }
    }

    private mutating func testOperation(_ node: DocumentNode) -> Operation? {
        let keys = ["action", "service", "namespace", "id", "tags", "existing"]
        guard let fields = fields(node, of: "'do'", known: keys, required: ["action"]),
            let actionNode = fields["action"], let name = text(actionNode, of: "an action")
        else { return nil }
        guard let action = Action(name: name) else {
            report(
                .dangling, actionNode.mark, "there is no action \(quoted(name))",
                hint: Suggestion.hint(for: name, among: Action.allCases.map(\.name)))
            return nil
        }
        var resource = Resource()
        resource.service = fields["service"].flatMap { text($0, of: "a service's name") }
        if let namespace = fields["namespace"].flatMap({ text($0, of: "a namespace") }) {
            resource.namespace = namespace
        }
        resource.id = fields["id"].flatMap { text($0, of: "an id") }
        if let tags = fields["tags"] { resource.tags = testTags(tags) }
        let existing = fields["existing"].flatMap { testExisting($0, like: resource) }
        return Operation(action: action, resource: resource, existing: existing)
    }

    private mutating func testTags(_ node: DocumentNode) -> [String]? {
        list(node)?.compactMap { text($0, of: "a tag") }
    }

    /// What is there already, of the same name: `{ tags: [...] }`.
    private mutating func testExisting(
        _ node: DocumentNode, like resource: Resource
    ) -> ExistingResource? {
        guard let fields = fields(node, of: "'existing'", known: ["tags"], required: ["tags"]),
            let tags = fields["tags"].flatMap({ testTags($0) })
        else { return nil }
        var existing = resource
        existing.tags = tags
        return ExistingResource(existing, revision: 0)
    }

    private mutating func testTime(_ node: DocumentNode) -> Int64? {
        guard let text = literal(node, of: "a point in time") else { return nil }
        if let time = CivilTime.nanoseconds(rfc3339: text) { return time }
        report(
            .invalidValue, node.mark, "\(quoted(text)) is not a point in time",
            hint: "such as 2026-11-02T23:00:00+01:00")
        return nil
    }

    private mutating func testExpectation(_ node: DocumentNode) -> TestExpectation? {
        let decisions = [("allow", true), ("deny", false)]
        guard case .mapping = node.content else {
            return word(node, of: "an expected decision", among: decisions).map {
                TestExpectation(isAllowed: $0)
            }
        }
        let keys = ["decision", "gate", "rule"]
        guard let fields = fields(node, of: "'expect'", known: keys, required: ["decision"]),
            let decision = fields["decision"].flatMap({
                word($0, of: "an expected decision", among: decisions)
            })
        else { return nil }
        var expectation = TestExpectation(isAllowed: decision)
        if let node = fields["gate"] {
            let gates = Gate.allCases.filter { $0 != .none }.map { ($0.rawValue, $0) }
            expectation.gate = word(node, of: "a gate", among: gates)
        }
        if let node = fields["rule"], let id = name(node, of: "a rule's id") {
            expectation.rule = id == "none" ? TestExpectation.Rule.none : .id(id)
            if id != "none" {
                declarations.testRules.append(Located(value: id, location: location(node.mark)))
            }
        }
        return expectation
    }
}
