extension PolicyReader {
    /// Reads one matrix: every named principal with every action on every service; what is not listed must be denied.
    ///
    ///     - name: who touches what
    ///       matrix: { as: { alice: { user: alice }, web: { service: web } }, actions: [service.read], services: [api] }
    ///       allow: [[alice, service.read, api]]
    mutating func readMatrix(_ item: DocumentNode) {
        let keys = ["name", "matrix", "now", "allow"]
        guard
            let fields = fields(item, of: "a matrix", known: keys, required: ["name", "matrix"]),
            let matrix = fields["matrix"].flatMap({
                self.fields(
                    $0, of: "'matrix'", known: ["as", "actions", "services", "namespaces"],
                    required: ["as", "actions"])
            })
        else { return }
        let name = fields["name"].flatMap { text($0, of: "a test's name") }
        let now = fields["now"].map { moment($0) } ?? TestTime.standard
        let subjects = matrixSubjects(matrix["as"])
        let actions = matrixActions(matrix["actions"])
        let services = matrix["services"].map { matrixTexts($0, of: "a service's name") } ?? []
        let namespaces =
            matrix["namespaces"].map { matrixTexts($0, of: "a namespace") } ?? ["default"]
        guard let name, let now else { return }
        let cells = subjects.count * actions.count * max(services.count, 1) * namespaces.count
        guard cells <= PolicyLimits.matrixCellsMax else {
            return report(
                .limit, item.mark,
                "the matrix has \(cells) cells, at most \(PolicyLimits.matrixCellsMax) are allowed")
        }
        var builder = MatrixBuilder(
            name: name, location: location(item.mark), now: now, subjects: subjects,
            actions: actions, services: services, namespaces: namespaces)
        for row in list(fields["allow"]) ?? [] { readRow(row, into: &builder) }
        declarations.tests += builder.tests
    }

    private mutating func matrixSubjects(_ node: DocumentNode?) -> [MatrixBuilder.Asker] {
        guard let node, case .mapping(let members) = node.content else {
            if let node { reportType(node, expected: "a mapping of names to principals") }
            return []
        }
        return members.compactMap { member in
            testSubject(member.value).map {
                MatrixBuilder.Asker(name: member.key, subject: $0.subject, context: $0.context)
            }
        }
    }

    private mutating func matrixActions(_ node: DocumentNode?) -> [Action] {
        (nonEmptyList(node, of: "'actions'") ?? []).compactMap { matrixAction($0) }
    }

    private mutating func matrixAction(_ node: DocumentNode) -> Action? {
        guard let name = text(node, of: "an action") else { return nil }
        if let action = Action(name: name) { return action }
        report(
            .dangling, node.mark, "there is no action \(Quotation.quote(name))",
            hint: Suggestion.hint(for: name, among: Action.allCases.map(\.name)))
        return nil
    }

    private mutating func matrixTexts(_ node: DocumentNode, of what: String) -> [String] {
        (nonEmptyList(node, of: "the list") ?? []).compactMap { text($0, of: what) }
    }

    /// One `[who, action, service]` or `[who, action, service, namespace]`.
    private mutating func readRow(_ row: DocumentNode, into builder: inout MatrixBuilder) {
        guard let items = list(row) else { return }
        guard (2...4).contains(items.count) else {
            return report(
                .invalidValue, row.mark, "a row of 'allow' is [who, action, service, namespace]")
        }
        let words = items.compactMap { text($0, of: "a word of the row") }
        guard words.count == items.count else { return }
        if !builder.allow(words) {
            report(
                .dangling, row.mark,
                "the matrix has no cell \(Quotation.quote(words.joined(separator: " ")))")
        }
    }
}

/// The cells of a matrix and what is expected of each.
struct MatrixBuilder {
    struct Asker {
        var name: String
        var subject: TestSubject
        var context: Context
    }

    private(set) var tests: [TestDeclaration] = []
    private var places: [[String]: [Int]] = [:]

    init(
        name: String, location: Location, now: Int64, subjects: [Asker], actions: [Action],
        services: [String], namespaces: [String]
    ) {
        let names: [String?] = services.isEmpty ? [nil] : services.map { $0 }
        for asker in subjects {
            var context = asker.context
            context.nowNanoseconds = now
            for action in actions {
                for service in names {
                    for namespace in namespaces {
                        let words = [asker.name, action.name] + (service.map { [$0] } ?? [])
                        let place = tests.count
                        places[words, default: []].append(place)
                        places[words + [namespace], default: []].append(place)
                        let suffix = namespaces.count > 1 ? " in \(namespace)" : ""
                        tests.append(
                            TestDeclaration(
                                name: "\(name): \(words.joined(separator: " "))\(suffix)",
                                location: location, subject: asker.subject,
                                operation: Operation(
                                    action: action,
                                    resource: Resource(service: service, namespace: namespace)),
                                context: context,
                                expectation: TestExpectation(isAllowed: false)))
                    }
                }
            }
        }
    }

    /// Expects an allow in the cells of a row; false when there is none.
    mutating func allow(_ words: [String]) -> Bool {
        guard let cells = places[words] else { return false }
        for cell in cells { tests[cell].expectation.isAllowed = true }
        return true
    }
}
