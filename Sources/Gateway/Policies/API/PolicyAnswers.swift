internal import Policy
internal import StrictJSON

/// Encodes what the policy's routes answer.
enum PolicyAnswers {
    static func change(_ result: PolicyChangeResult) -> SlowOutcome {
        var writer = JSONWriter()
        var status: UInt16 = 200
        switch result {
        case .activated(let digest, let was):
            writer.raw("{\"result\":\"activated\"")
            writer.text("digest", digest)
            writer.text("was", was)
        case .unchanged(let digest):
            writer.raw("{\"result\":\"unchanged\"")
            writer.text("digest", digest)
        case .deferred(let digest, let until):
            status = 202
            writer.raw("{\"result\":\"deferred\"")
            writer.text("digest", digest)
            writer.text("until", TimeText.rfc3339(nanoseconds: until))
        case .pending(let digest, let approvedBy, let needed):
            status = 202
            writer.raw("{\"result\":\"pending\"")
            writer.text("digest", digest)
            writer.raw(",\"approvedBy\":")
            writer.strings(approvedBy)
            writer.count("needed", needed)
        case .refused(let reasons):
            return SlowOutcome(.failure(problem(.refused(reasons))))
        case .unrecorded:
            return SlowOutcome(.failure(.auditUnavailable))
        }
        writer.raw("}")
        return SlowOutcome(
            .success(Answer(status: status, json: writer.bytes)), detail: writer.bytes)
    }

    static func problem(_ error: PolicyToolError) -> Problem {
        switch error {
        case .unknownPolicy, .noDecision: .notFound(error.description)
        case .archive, .log:
            Problem(
                status: 500, code: error.code, title: "can't be read", detail: error.description)
        case .refused(let reasons):
            Problem(
                status: 422, code: error.code, title: "policy not accepted",
                detail: String(
                    reasons.joined(separator: "\n").prefix(ExchangeLimits.reasonCharactersMax)))
        }
    }

    /// The policy in force, and what people should know of it.
    static func state(
        _ policy: CompiledPolicy, _ notices: PolicyNotices, kept: [String]
    ) -> Answer {
        var writer = JSONWriter(capacity: 1024)
        writer.raw("{\"name\":")
        writer.string(policy.name)
        writer.text("digest", policy.digest)
        writer.text("trustDomain", policy.trustDomain)
        writer.count("rules", policy.ruleCount)
        writer.count("tests", policy.testCount)
        writer.raw(",\"roles\":")
        writer.strings(policy.roleNames)
        if let stale = notices.stale { writer.text("stale", stale) }
        if let pending = notices.state.pending {
            writer.raw(",\"pending\":{\"digest\":")
            writer.string(pending.digest)
            writer.text("origin", pending.origin)
            writer.raw(",\"approvedBy\":")
            writer.strings(pending.approvals)
            writer.raw("}")
        }
        if let glass = notices.state.breakGlass {
            writer.raw(",\"breakGlass\":{\"by\":")
            writer.string(glass.by)
            writer.text("reason", glass.reason)
            writer.text("ends", TimeText.rfc3339(nanoseconds: glass.ends))
            if let active = notices.state.active { writer.text("then", active.digest) }
            writer.raw("}")
        }
        writer.raw(",\"kept\":")
        writer.strings(kept)
        writer.raw("}")
        return Answer(status: 200, json: writer.bytes)
    }

    /// The files of a policy that is kept.
    static func kept(_ policy: ArchivedPolicy) -> Answer {
        var writer = JSONWriter(capacity: 4096)
        writer.raw("{\"name\":")
        writer.string(policy.policy.name)
        writer.text("digest", policy.policy.digest)
        writer.raw(",\"files\":")
        writer.list(policy.sources) { writer, source in
            writer.raw("{\"name\":")
            writer.string(source.name)
            writer.text("text", String(decoding: source.bytes, as: UTF8.self))
            writer.raw("}")
        }
        writer.raw("}")
        return Answer(status: 200, json: writer.bytes)
    }

    /// What a check found; a policy with errors is a finding, not a failure of the request.
    static func check(_ report: PolicyCheckReport) -> Answer {
        var writer = JSONWriter(capacity: 1024)
        writer.raw("{\"ok\":")
        writer.raw(report.hasErrors ? "false" : "true")
        if let policy = report.policies.first { writer.text("digest", policy.digest) }
        writer.count("testsPassed", report.testsPassed)
        writer.count("testsFailed", report.testsFailed)
        writer.raw(",\"findings\":")
        writer.list(report.findings) { writer, finding in
            writer.raw("{\"severity\":")
            writer.string(finding.severity.rawValue)
            writer.text("file", finding.file)
            writer.count("line", finding.line)
            writer.count("column", finding.column)
            writer.text("message", finding.message)
            writer.raw("}")
        }
        writer.raw("}")
        return Answer(status: 200, json: writer.bytes)
    }
}
