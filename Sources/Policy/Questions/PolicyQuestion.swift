/// One request put to a policy by a person or tool: who asks, for what, and when.
public struct PolicyQuestion: Sendable, Hashable {
    /// Who asks.
    public var principal: Principal
    /// What for.
    public var operation: Operation
    /// What else is known.
    public var context: Context

    /// Puts a question together.
    public init(principal: Principal, operation: Operation, context: Context) {
        self.principal = principal
        self.operation = operation
        self.context = context
    }
}

extension PolicyQuestion {
    /// Reads a question in the language of embedded tests.
    ///
    /// - Parameters:
    ///   - asking: `service:web`, `service:staging/web`, `user:alice`, `key:k1`, `operator:admin`, a SPIFFE ID,
    ///     or a mapping as in a test's `as`, such as `{ user: alice, roles: [operator], ip: 10.0.0.1 }`.
    ///   - doing: `service.discover api`, `service.discover staging/api`, `ca.rotate`, or a mapping as in a test's `do`.
    ///   - now: A point in time (RFC 3339); nil for `nowNanoseconds`.
    ///   - nowNanoseconds: The time where `now` is nil.
    ///   - trustDomain: The installation's own.
    ///   - runner: Makes principals of names.
    /// - Returns: The question.
    /// - Throws: `PolicyErrors`; places are in `as`, `do` and `now`.
    public static func parse(
        asking: String, doing: String, now: String? = nil, nowNanoseconds: Int64,
        trustDomain: String, runner: PolicyTestRunner = PolicyTestRunner()
    ) throws(PolicyErrors) -> PolicyQuestion {
        var reader = QuestionReader(trustDomain: trustDomain)
        let subject = reader.subject(asking)
        let operation = reader.operation(doing)
        let time = now.map { reader.time($0) } ?? nowNanoseconds
        if let failure = reader.failure { throw failure }
        guard let subject, let operation, let time else {
            throw reader.failure ?? QuestionReader.incomplete
        }
        guard let principal = runner.principal(subject.subject, trustDomain: trustDomain) else {
            throw QuestionReader.noIdentity
        }
        var context = subject.context
        context.nowNanoseconds = time
        context.http = operation.http
        return PolicyQuestion(
            principal: principal, operation: operation.operation, context: context)
    }

    /// Nanoseconds since the Unix epoch of a point in time (RFC 3339); nil when it is none.
    public static func nanoseconds(of text: String) -> Int64? { TestTime.nanoseconds(text) }

    /// Reads who asks, as `parse` does.
    ///
    /// - Throws: `PolicyErrors`; places are in `as`.
    public static func principal(
        _ asking: String, trustDomain: String, runner: PolicyTestRunner = PolicyTestRunner()
    ) throws(PolicyErrors) -> Principal {
        var reader = QuestionReader(trustDomain: trustDomain)
        let subject = reader.subject(asking)
        if let failure = reader.failure { throw failure }
        guard let subject else { throw QuestionReader.incomplete }
        guard let principal = runner.principal(subject.subject, trustDomain: trustDomain) else {
            throw QuestionReader.noIdentity
        }
        return principal
    }
}

/// Reads the parts of a question with the reader of embedded tests.
private struct QuestionReader {
    private var reader: PolicyReader

    static let incomplete = error("as", "the question is incomplete")
    static let noIdentity = error("as", "no SPIFFE ID of this trust domain can name it")

    private static func error(_ file: String, _ message: String) -> PolicyErrors {
        PolicyErrors(errors: [
            PolicyError(
                code: .invalidValue, file: file, line: 1, column: 1, message: message, hint: nil)
        ])
    }

    init(trustDomain: String) {
        reader = PolicyReader(trustDomain: trustDomain)
    }

    var failure: PolicyErrors? {
        reader.diagnostics.failure(fileOrder: ["as", "do", "now"])
    }

    mutating func subject(_ text: String) -> (subject: TestSubject, context: Context)? {
        guard let node = node(named: "as", text, Self.shortSubject) else { return nil }
        return reader.testSubject(node)
    }

    mutating func operation(_ text: String) -> (operation: Operation, http: HTTPFacts?)? {
        guard let node = node(named: "do", text, Self.shortOperation) else { return nil }
        let http = reader.testHTTP(node)
        return reader.testOperation(node).map { ($0, http) }
    }

    mutating func time(_ text: String) -> Int64? {
        reader.diagnostics.file = "now"
        if let time = TestTime.nanoseconds(text) { return time }
        reader.report(
            .invalidValue, .start, "\(Quotation.quote(text)) is not a point in time",
            hint: "such as 2026-11-02T23:00:00+01:00")
        return nil
    }

    private mutating func node(
        named name: String, _ text: String, _ short: (String) -> [(String, String)]?
    ) -> DocumentNode? {
        reader.diagnostics.file = name
        if text.first(where: { $0 != " " }) == "{" {
            return DocumentReader.read(
                PolicySource(name: name, text: text), into: &reader.diagnostics)
        }
        guard let members = short(text) else {
            reader.report(
                .invalidValue, .start, "\(Quotation.quote(text)) is not understood",
                hint: name == "as"
                    ? "such as service:web, user:alice, operator:admin or { user: alice, roles: [viewer] }"
                    : "such as 'service.discover api' or { action: service.discover, service: api }"
            )
            return nil
        }
        let content = members.map { key, value in
            let scalar = DocumentScalar(text: value, isPlain: false)
            return DocumentMember(
                key: key, mark: .start, value: DocumentNode(content: .scalar(scalar), mark: .start))
        }
        return DocumentNode(content: .mapping(content), mark: .start)
    }

    private static func shortSubject(_ text: String) -> [(String, String)]? {
        if text.hasPrefix("spiffe://") { return [("spiffe", text)] }
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, ["service", "user", "key", "operator"].contains(parts[0]) else {
            return nil
        }
        guard parts[0] == "service" else { return [(parts[0], parts[1])] }
        return named(parts[1])
    }

    private static func shortOperation(_ text: String) -> [(String, String)]? {
        let words = text.split(separator: " ").map(String.init)
        switch words.count {
        case 1: return [("action", words[0])]
        case 2: return [("action", words[0])] + named(words[1])
        default: return nil
        }
    }

    /// `api` or `staging/api`.
    private static func named(_ text: String) -> [(String, String)] {
        let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return [("service", text)] }
        return [("namespace", parts[0]), ("service", parts[1])]
    }
}

extension PolicyQuestion {
    /// The question on one line, for people.
    public var text: String {
        var text = "\(principal.title) \(operation.action.name)"
        if let service = operation.resource.service {
            text += " \(operation.resource.namespace)/\(service)"
        }
        if let tags = operation.resource.tags { text += " tags [\(tags.joined(separator: ", "))]" }
        if let address = context.sourceIP { text += " from \(address)" }
        return text
    }
}
