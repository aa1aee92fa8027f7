internal import Audit
internal import StrictJSON

/// What a walk over a log's records finds: counts, gaps, policies.
struct LogSurvey {
    struct Gap: Equatable {
        var sequence: UInt64
        var time: String
        var kind: String
        var detail: String
    }

    private(set) var counts: [String: Int] = [:]
    private(set) var groups: [EventKind.Group: Int] = [:]
    private(set) var decisions: [String: Int] = [:]
    private(set) var gaps: [Gap] = []
    private(set) var policies: [String] = []
    private(set) var first: (sequence: UInt64, time: String)?
    private(set) var last: (sequence: UInt64, time: String)?
    private var open: [UInt64: (time: String, action: String)] = [:]
    private var wasStopped = true

    mutating func add(_ event: AuditEvent) {
        if first == nil { first = (event.sequence, event.time) }
        last = (event.sequence, event.time)
        counts[event.action + " " + event.type, default: 0] += 1
        groups[EventKind.of(event.action).group, default: 0] += 1
        if event.decision == "deny" { groups[.failure, default: 0] += 1 }
        if let decision = event.decision { decisions[decision, default: 0] += 1 }
        note(policyOf: event)
        pair(event)
        note(gapOf: event)
    }

    private mutating func note(policyOf event: AuditEvent) {
        var digests = [event.policy]
        if event.action == "policy.activate" { digests.append(member("new", of: event)) }
        for digest in digests.compactMap({ $0 }) where !policies.contains(digest) {
            policies.append(digest)
        }
    }

    private mutating func pair(_ event: AuditEvent) {
        switch event.type {
        case "intent": open[event.sequence] = (event.time, event.action)
        case "outcome":
            if let text = member("intent", of: event), let intent = UInt64(text) {
                open[intent] = nil
            }
        default: break
        }
    }

    private mutating func note(gapOf event: AuditEvent) {
        func gap(_ kind: String) {
            gaps.append(
                Gap(
                    sequence: event.sequence, time: event.time, kind: kind,
                    detail: event.detail ?? "{}"))
        }
        switch event.action {
        case "log.stopped":
            wasStopped = true
            gap("stopped")
        case "log.started":
            gap(wasStopped ? "started" : "started without a stop: it crashed")
            wasStopped = false
        case "log.recovered": gap("an unacknowledged tail was cut")
        case "log.resumed": gap("writing had failed")
        case "log.dropped": gap("outcome records were dropped")
        case "log.clock": gap("the clock stepped back")
        case "log.disk": gap("disk watermark")
        default: break
        }
    }

    private func member(_ name: String, of event: AuditEvent) -> String? {
        guard let detail = event.detail, let value = try? StrictJSON.parse(Array(detail.utf8))
        else { return nil }
        return value[name]?.string ?? value[name]?.integer.map(String.init)
    }

    /// Changes whose outcome the log does not tell.
    var openIntents: [Gap] {
        open.sorted { $0.key < $1.key }.map { sequence, intent in
            Gap(
                sequence: sequence, time: intent.time,
                kind: "no outcome recorded of \(intent.action)", detail: "{}")
        }
    }
}
