internal import Audit
internal import Policy

/// One replay on its way through the log.
struct ReplayWalk {
    var report = ReplayReport()
    private let archive: PolicyArchive
    private let candidate: CompiledPolicy?
    private var reader: RecordedRequestReader
    private var policies: [String: CompiledPolicy?] = [:]
    private var subjects: [SubjectKey: Subject] = [:]
    private var reasons: [String: ReplayReport.Reason] = [:]
    private var groups: [GroupKey: ReplayReport.Group] = [:]
    private var order: [GroupKey] = []

    private struct SubjectKey: Hashable {
        var principal: Principal
        var digest: String
    }

    private enum Kind { case notReproduced, newlyAllowed, newlyDenied, ruleChanged }

    private struct GroupKey: Hashable {
        var kind: Kind
        var principal: String
        var action: Action
        var service: String
        var rule: String?
    }

    init(archive: PolicyArchive, candidate: CompiledPolicy?, trustDomain: String) {
        self.archive = archive
        self.candidate = candidate
        reader = RecordedRequestReader(trustDomain: trustDomain)
        report.candidate = candidate?.digest
        if let candidate { policies[candidate.digest] = candidate }
    }

    mutating func take(_ line: [UInt8], since: Int64?) {
        switch reader.read(line) {
        case .other: report.others += 1
        case .unreadable(let why):
            note(unreplayable: why, RecordMembers(line: line)?.sequence ?? 0)
        case .decision(let request):
            if let since, request.question.context.nowNanoseconds < since { return }
            take(request)
        }
    }

    mutating func finished(_ range: ClosedRange<UInt64>?) -> ReplayReport {
        report.range = range
        report.notReplayable = reasons.values.sorted {
            ($1.count, $0.reason) < ($0.count, $1.reason)
        }
        for key in order {
            guard let group = groups[key] else { continue }
            switch key.kind {
            case .notReproduced: report.notReproduced.append(group)
            case .newlyAllowed: report.newlyAllowed.append(group)
            case .newlyDenied: report.newlyDenied.append(group)
            case .ruleChanged: report.ruleChanged.append(group)
            }
        }
        return report
    }

    private mutating func take(_ request: RecordedRequest) {
        guard let policy = policy(request.digest) else {
            return note(unreplayable: "its policy is not kept", request.sequence)
        }
        for asked in [policy, candidate].compactMap({ $0 }) {
            if let why = asked.obstacle(to: request) {
                return note(unreplayable: why, request.sequence)
            }
        }
        report.decisions += 1
        let before = answers(policy, request)
        guard before.contains(where: { $0.isSame(as: request.answer) }) else {
            return note(.notReproduced, request, before[0])
        }
        report.reproduced += 1
        guard let candidate else { return }
        if candidate.digest == policy.digest { return }
        let after = answers(candidate, request)
        guard after.allSatisfy({ $0.isAllowed == after[0].isAllowed }) else {
            report.decisions -= 1
            report.reproduced -= 1
            return note(
                unreplayable:
                    "clock: a time bound of a rule falls between the decision and its record",
                request.sequence)
        }
        if after[0].isAllowed != request.answer.isAllowed {
            note(after[0].isAllowed ? .newlyAllowed : .newlyDenied, request, after[0])
        } else if !after[0].isSame(as: request.answer) {
            note(.ruleChanged, request, after[0])
        }
    }

    /// What a policy says; with a clock in its rules, at both ends of the time in which the decision was taken.
    private mutating func answers(
        _ policy: CompiledPolicy, _ request: RecordedRequest
    ) -> [DecisionSummary] {
        let answer = answer(policy, request, request.question.context)
        guard policy.readsClock else { return [answer] }
        var earlier = request.question.context
        earlier.nowNanoseconds -= ReplayLimits.clockSlackNanoseconds
        if let age = earlier.certificateAgeNanoseconds {
            earlier.certificateAgeNanoseconds = max(0, age - ReplayLimits.clockSlackNanoseconds)
        }
        return [answer, self.answer(policy, request, earlier)]
    }

    private mutating func answer(
        _ policy: CompiledPolicy, _ request: RecordedRequest, _ context: Context
    ) -> DecisionSummary {
        let operation = request.question.operation
        if let ceiling = request.ceiling {
            let limit = policy.summary(subject(ceiling, policy), operation, context)
            if !limit.isAllowed { return limit }
        }
        return policy.summary(subject(request.question.principal, policy), operation, context)
    }

    private mutating func subject(_ principal: Principal, _ policy: CompiledPolicy) -> Subject {
        let key = SubjectKey(principal: principal, digest: policy.digest)
        if let known = subjects[key] { return known }
        let subject = policy.subject(for: principal)
        if subjects.count >= ReplayLimits.cachedMax { subjects.removeAll() }
        subjects[key] = subject
        return subject
    }

    private mutating func policy(_ digest: String) -> CompiledPolicy? {
        if let known = policies[digest] { return known }
        if policies.count >= ReplayLimits.policiesMax { policies.removeAll() }
        let loaded = try? archive.load(digest).policy
        policies[digest] = loaded
        return loaded
    }

    private mutating func note(unreplayable why: String, _ sequence: UInt64) {
        var reason = reasons[why] ?? ReplayReport.Reason(reason: why, count: 0, samples: [])
        reason.count += 1
        if reason.samples.count < ReplayLimits.samplesMax { reason.samples.append(sequence) }
        reasons[why] = reason
    }

    private mutating func note(
        _ kind: Kind, _ request: RecordedRequest, _ after: DecisionSummary
    ) {
        switch kind {
        case .newlyAllowed: report.newlyAllowedCount += 1
        case .newlyDenied: report.newlyDeniedCount += 1
        case .notReproduced, .ruleChanged: break
        }
        let operation = request.question.operation
        let service =
            operation.resource.service.map { "\(operation.resource.namespace)/\($0)" } ?? ""
        let key = GroupKey(
            kind: kind, principal: request.question.principal.id, action: operation.action,
            service: service, rule: after.rule)
        if groups[key] == nil {
            guard groups.count < ReplayLimits.groupsMax else {
                report.unlisted += 1
                return
            }
            order.append(key)
            groups[key] = ReplayReport.Group(
                principal: key.principal, action: operation.action.name, service: service,
                before: request.answer, after: after, count: 0, samples: [])
        }
        groups[key]?.count += 1
        if let count = groups[key]?.samples.count, count < ReplayLimits.samplesMax {
            groups[key]?.samples.append(request.sequence)
        }
    }
}

extension DecisionSummary {
    /// The same verdict by the same gate and rule.
    func isSame(as other: DecisionSummary) -> Bool {
        isAllowed == other.isAllowed && gate == other.gate && rule == other.rule
    }
}

extension CompiledPolicy {
    /// Why a recorded request can't be put to the policy; nil when it can.
    fileprivate func obstacle(to request: RecordedRequest) -> String? {
        if request.missing.contains(.tags), readsTags {
            return "tags: the record does not hold them"
        }
        if request.missing.contains(.groups), readsGroups {
            return "groups: the record had no room for them"
        }
        if request.missing.contains(.sealed), readsGroups || readsPersons {
            return "sealed: the record's name, groups and address are encrypted"
        }
        return nil
    }
}
