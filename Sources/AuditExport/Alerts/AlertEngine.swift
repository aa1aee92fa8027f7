/// Judges events one by one; a pure value, so that rules are tested as they run.
struct AlertEngine: Sendable {
    private let rules: [AlertRule]
    private var states: [State]

    private struct Group {
        var times: [Int64] = []
        var quietUntil: Int64 = .min
    }

    private struct State {
        var groups: [String: Group] = [:]
        var quietUntil: Int64 = .min
    }

    init(_ rules: [AlertRule]) {
        self.rules = rules
        states = rules.map { _ in State() }
    }

    /// The alerts that an event sets off.
    mutating func take(_ event: AuditEvent) -> [Alert] {
        // An alert's own record must not set off another.
        if EventKind.of(event.action).group == .alert { return [] }
        var alerts: [Alert] = []
        for index in rules.indices {
            if let alert = take(event, index) { alerts.append(alert) }
        }
        return alerts
    }

    /// The alerts that a measured number sets off; each at most once a window.
    mutating func take(_ signal: AlertSignal, _ value: Int, of subject: String, now: Int64)
        -> [Alert]
    {
        var alerts: [Alert] = []
        for (index, rule) in rules.enumerated() {
            guard case .signal(signal, let above, let below) = rule.trigger else { continue }
            let isOut = above.map { value > $0 } ?? false || below.map { value < $0 } ?? false
            var group = states[index].groups[subject] ?? Group()
            defer { states[index].groups[subject] = group }
            guard isOut, now >= group.quietUntil else { continue }
            group.quietUntil = now + window(rule)
            alerts.append(
                alert(rule, subject: subject, count: value, sequence: 0, now: now))
        }
        return alerts
    }

    private mutating func take(_ event: AuditEvent, _ index: Int) -> Alert? {
        let rule = rules[index]
        let now = event.nanoseconds
        switch rule.trigger {
        case .signal: return nil
        case .count(let match, let least):
            guard match.holds(for: event) else { return nil }
            return count(event, index, least, now)
        case .follows(let match, let before, let least):
            let subject = subject(rule, event)
            if before.holds(for: event) { note(now, subject, index, least) }
            guard match.holds(for: event) else { return nil }
            return fireAfter(event, subject, index, least, now)
        }
    }

    private mutating func count(
        _ event: AuditEvent, _ index: Int, _ least: Int, _ now: Int64
    ) -> Alert? {
        let rule = rules[index]
        let subject = subject(rule, event)
        note(now, subject, index, least)
        guard var group = states[index].groups[subject], group.times.count >= least,
            now >= group.quietUntil
        else { return nil }
        let count = group.times.count
        group.quietUntil = now + window(rule)
        group.times = []
        states[index].groups[subject] = group
        return alert(rule, subject: subject, count: count, sequence: event.sequence, now: now)
    }

    private mutating func fireAfter(
        _ event: AuditEvent, _ subject: String, _ index: Int, _ least: Int, _ now: Int64
    ) -> Alert? {
        guard var group = states[index].groups[subject] else { return nil }
        let since = now - window(rules[index])
        group.times.removeAll { $0 < since }
        let count = group.times.count
        if count >= least { group.times = [] }
        states[index].groups[subject] = group
        guard count >= least else { return nil }
        return alert(
            rules[index], subject: subject, count: count, sequence: event.sequence, now: now)
    }

    /// Remembers an event of a group, no more of them than the rule needs.
    private mutating func note(_ now: Int64, _ subject: String, _ index: Int, _ least: Int) {
        let since = now - window(rules[index])
        if states[index].groups[subject] == nil {
            makeRoom(index, since: since)
        }
        var group = states[index].groups[subject] ?? Group()
        group.times.removeAll { $0 < since }
        group.times.append(now)
        if group.times.count > least { group.times.removeFirst(group.times.count - least) }
        states[index].groups[subject] = group
    }

    /// Forgets what is over, then the oldest half: whoever invents subjects can't take all memory.
    private mutating func makeRoom(_ index: Int, since: Int64) {
        guard states[index].groups.count >= ExportLimits.alertGroupsMax else { return }
        states[index].groups = states[index].groups.filter { ($0.value.times.last ?? 0) >= since }
        guard states[index].groups.count >= ExportLimits.alertGroupsMax else { return }
        let kept = states[index].groups.sorted {
            ($0.value.times.last ?? 0) > ($1.value.times.last ?? 0)
        }.prefix(ExportLimits.alertGroupsMax / 2)
        states[index].groups = Dictionary(
            kept.map { ($0.key, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    private func subject(_ rule: AlertRule, _ event: AuditEvent) -> String {
        rule.by.map { $0.values(of: event).joined(separator: " ") } ?? ""
    }

    private func window(_ rule: AlertRule) -> Int64 {
        Int64(rule.windowSeconds) * 1_000_000_000
    }

    private func alert(
        _ rule: AlertRule, subject: String, count: Int, sequence: UInt64, now: Int64
    ) -> Alert {
        Alert(
            rule: rule.id, title: rule.title, severity: rule.severity, subject: subject,
            count: count, sequence: sequence, nanoseconds: now, outputs: rule.outputs)
    }
}
