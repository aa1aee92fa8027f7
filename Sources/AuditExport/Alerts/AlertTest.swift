internal import Audit
internal import Policy

/// A test in an alert file: events, and exactly the rules that they set off.
struct AlertTest: Sendable {
    /// One kind of event, so many times, so far apart.
    struct Step: Sendable {
        var fields: [AlertField: String] = [:]
        var signal: (AlertSignal, Int)?
        var times = 1
        var everySeconds = 1
    }

    var name: String
    var steps: [Step]
    var expected: Set<String>
    var place: String

    private static let stepKeys =
        AlertField.allCases.map(\.rawValue) + ["signal", "value", "times", "every"]

    static func read(
        _ node: DocumentNode, _ known: Set<String>, _ form: inout DocumentForm
    ) -> AlertTest? {
        guard let members = form.mapping(node, "a test", keys: ["name", "events", "expect"]) else {
            return nil
        }
        guard let nameNode = members["name"], let name = form.text(nameNode, "name") else {
            form.fault(node, "a test needs a name")
            return nil
        }
        guard let events = members["events"], let expect = members["expect"] else {
            form.fault(node, "test \(quoted(name)) needs 'events' and 'expect'")
            return nil
        }
        let steps = form.items(events, "events").compactMap { step($0, &form) }
        let expected = form.items(expect, "expect").compactMap { form.text($0, "expect") }
        for id in expected where !known.contains(id) {
            form.fault(expect, "there is no rule \(quoted(id))")
        }
        return AlertTest(
            name: name, steps: steps, expected: Set(expected),
            place: "\(form.file):\(node.mark.line):\(node.mark.column)")
    }

    private static func step(_ node: DocumentNode, _ form: inout DocumentForm) -> Step? {
        guard let members = form.mapping(node, "an event", keys: stepKeys) else { return nil }
        var step = Step()
        for member in members {
            switch member.key {
            case "times":
                step.times = form.number(member.value, "times", in: 1...100_000) ?? 1
            case "every":
                step.everySeconds =
                    form.seconds(member.value, "every", max: ExportLimits.alertWindowSecondsMax)
                    ?? 1
            case "signal":
                guard let signal = form.word(member.value, "signal", AlertSignal.self),
                    let place = members["value"],
                    let value = form.number(place, "value", in: 0...Int(Int32.max))
                else {
                    if members["value"] == nil { form.fault(node, "a signal needs a value") }
                    continue
                }
                step.signal = (signal, value)
            case "value": break
            default:
                if let field = AlertField(rawValue: member.key) {
                    step.fields[field] = form.text(member.value, member.key)
                }
            }
        }
        return step
    }

    /// Runs the test; nil if exactly the expected rules fired, else what did.
    func failure(of rules: [AlertRule]) -> String? {
        var engine = AlertEngine(rules)
        var now: Int64 = 1_795_000_000_000_000_000
        var fired: Set<String> = []
        var sequence: UInt64 = 1
        for step in steps {
            for _ in 0..<step.times {
                let alerts: [Alert]
                if let (signal, value) = step.signal {
                    alerts = engine.take(signal, value, of: "test", now: now)
                } else {
                    guard let event = Self.event(step, sequence, now) else { continue }
                    alerts = engine.take(event)
                }
                fired.formUnion(alerts.map(\.rule))
                sequence += 1
                now += Int64(step.everySeconds) * 1_000_000_000
            }
        }
        if fired == expected { return nil }
        func list(_ names: Set<String>) -> String {
            names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
        }
        return "\(place): test \(quoted(name)): expected \(list(expected)), got \(list(fired))"
    }

    /// The event as a record of the log would give it.
    private static func event(_ step: Step, _ sequence: UInt64, _ now: Int64) -> AuditEvent? {
        let fields = step.fields
        let line = JSONBuilder.object { root in
            root.number("seq", sequence)
            root.text("time", LogTime.text(now))
            root.text("type", fields[.type] ?? "decision")
            if fields[.principal] != nil || fields[.role] != nil {
                root.object("principal") { part in
                    part.text("kind", "user")
                    part.text("id", fields[.principal] ?? "someone")
                    part.text("auth", "mtls")
                    part.texts("roles", fields[.role].map { [$0] } ?? [])
                }
            }
            if let address = fields[.clientIP] {
                root.object("client") { $0.text("ip", address) }
            }
            root.text("action", fields[.action] ?? "service.read")
            if let service = fields[.service] {
                root.object("resource") { part in
                    part.text("service", service)
                    part.text("namespace", fields[.namespace] ?? "default")
                }
            }
            root.text("decision", fields[.decision])
            root.text("gate", fields[.gate])
            root.text("rule", fields[.rule])
            root.raw("status", fields[.status].flatMap { Int($0) }.map { Array(String($0).utf8) })
        }
        return AuditEvent(line: line)
    }
}

extension AlertFile {
    /// Runs the tests that the file carries, and says which rules no test fires.
    ///
    /// - Returns: One line a failure; none if all is well.
    public func runTests() -> [String] {
        var failures = tests.compactMap { $0.failure(of: rules) }
        let fired = tests.reduce(into: Set<String>()) { $0.formUnion($1.expected) }
        for rule in rules where !fired.contains(rule.id) {
            failures.append("rule '\(rule.id)': no test expects it; add one that fires it")
        }
        return failures
    }
}
