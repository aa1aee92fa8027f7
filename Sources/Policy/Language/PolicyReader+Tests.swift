extension PolicyReader {
    mutating func readTests(_ node: DocumentNode?) {
        for item in list(node) ?? [] {
            if case .mapping(let members) = item.content,
                members.contains(where: { $0.key == "matrix" })
            {
                readMatrix(item)
                continue
            }
            let keys = ["name", "as", "do", "now", "expect"]
            guard
                let fields = fields(
                    item, of: "a test", known: keys, required: ["name", "as", "do", "expect"])
            else { continue }
            let name = fields["name"].flatMap { text($0, of: "a test's name") }
            let subject = fields["as"].flatMap { testSubject($0) }
            let operation = fields["do"].flatMap { testOperation($0) }
            let now = fields["now"].map { moment($0) } ?? TestTime.standard
            let http = fields["do"].flatMap { testHTTP($0) }
            let expectation = fields["expect"].flatMap { testExpectation($0) }
            guard let name, let subject, let operation, let now, let expectation else { continue }
            var context = subject.context
            context.nowNanoseconds = now
            context.http = http
            declarations.tests.append(
                TestDeclaration(
                    name: name, location: location(item.mark), subject: subject.subject,
                    operation: operation,
                    context: context,
                    expectation: expectation))
        }
    }

    mutating func testOperation(_ node: DocumentNode) -> Operation? {
        let keys = ["action", "service", "namespace", "id", "tags", "http"]
        guard let fields = fields(node, of: "'do'", known: keys, required: ["action"]),
            let actionNode = fields["action"], let name = text(actionNode, of: "an action")
        else { return nil }
        guard let action = Action(name: name) else {
            report(
                .dangling, actionNode.mark, "there is no action \(Quotation.quote(name))",
                hint: Suggestion.hint(for: name, among: Action.allCases.map(\.name)))
            return nil
        }
        var resource = Resource()
        resource.service = fields["service"].flatMap { text($0, of: "a service's name") }
        if let namespace = fields["namespace"].flatMap({ text($0, of: "a namespace") }) {
            resource.namespace = namespace
        }
        resource.id = fields["id"].flatMap { text($0, of: "an id") }
        if let tags = fields["tags"] {
            resource.tags = list(tags)?.compactMap { text($0, of: "a tag") }
        }
        return Operation(action: action, resource: resource)
    }

    /// `http: { method: GET, path: /v1, headers: { x-team: a } }` in a test's `do`.
    mutating func testHTTP(_ operation: DocumentNode) -> HTTPFacts? {
        guard case .mapping(let members) = operation.content,
            let node = members.first(where: { isSameName($0.key, "http") })?.value,
            let fields = fields(
                node, of: "'http'", known: ["method", "path", "headers"],
                required: ["method", "path"]),
            let method = fields["method"].flatMap({ text($0, of: "a method") }),
            let path = fields["path"].flatMap({ text($0, of: "a path") })
        else { return nil }
        var facts = HTTPFacts(method: method, path: path)
        guard let headers = fields["headers"] else { return facts }
        guard case .mapping(let members) = headers.content else {
            reportType(headers, expected: "a mapping of header fields")
            return nil
        }
        facts.headers = []
        for member in members {
            guard let value = text(member.value, of: "a header field's value") else { continue }
            facts.headers?.append(HTTPField(name: member.key, value: value))
        }
        return facts
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
