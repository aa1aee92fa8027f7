internal import Audit
public import Policy

/// The least that would have allowed what was allowed: a policy file to read, never put into force by itself.
///
/// It holds ACL entries and intentions only. Set beside the bindings, roles and denies of the policy in force, in place of its
/// allows, it allows the recorded requests and nothing else on services.
public struct PolicySuggestion: Sendable {
    /// One use of a service that was allowed.
    public struct Use: Sendable {
        /// Who, as a rule names it: `namespace/service` or a role.
        public let source: String
        /// What, as `namespace/service`; `*` for all at once.
        public let target: String
        /// The actions.
        public internal(set) var actions: [Action]
        /// How many requests.
        public internal(set) var count: Int
        /// The sequence of the last.
        public internal(set) var last: UInt64
    }

    /// Uses of services by services.
    public internal(set) var intentions: [Use] = []
    /// Uses of services by people, keys and operators, by the role that let them.
    public internal(set) var acl: [Use] = []
    /// Allow rules of the policy in force that allowed nothing in the range.
    public internal(set) var unusedRules: [String] = []
    /// How many allowed requests it rests on.
    public internal(set) var requests = 0
    /// The range of sequences it rests on.
    public internal(set) var range: ClosedRange<UInt64>?
}

extension PolicySuggestion {
    /// Reads a verified range of a log.
    ///
    /// - Throws: `PolicyToolError.log` when the log is damaged.
    public static func make(
        from auditDirectory: String, under policy: CompiledPolicy,
        range: ClosedRange<UInt64> = 1...UInt64.max, sinceNanoseconds: Int64? = nil
    ) throws(PolicyToolError) -> PolicySuggestion {
        let verified: VerifyReport
        do throws(LogDamage) {
            verified = try LogVerifier.verify(directory: auditDirectory).get()
        } catch {
            throw .log("the log is not verified, nothing was read: \(error)")
        }
        var walk = SuggestionWalk(policy: policy)
        let last = min(range.upperBound, verified.records)
        guard range.lowerBound <= last else { return walk.finished(nil) }
        do throws(AuditError) {
            var tail = LogTail(directory: auditDirectory, from: range.lowerBound)
            reading: while true {
                let records = try tail.next()
                if records.isEmpty { break }
                for record in records {
                    if record.sequence > last { break reading }
                    walk.take(record.line, since: sinceNanoseconds)
                    if record.sequence == last { break reading }
                }
            }
        } catch {
            throw .log("\(error)")
        }
        return walk.finished(range.lowerBound...last)
    }
}

/// Gathers what was allowed.
private struct SuggestionWalk {
    private struct Key: Hashable {
        var source: String
        var target: String
    }

    private let policy: CompiledPolicy
    private var reader: RecordedRequestReader
    private var suggestion = PolicySuggestion()
    private var intentions: [Key: PolicySuggestion.Use] = [:]
    private var acl: [Key: PolicySuggestion.Use] = [:]
    private var usedRules: Set<String> = []
    private var subjects: [Principal: Subject] = [:]

    init(policy: CompiledPolicy) {
        self.policy = policy
        reader = RecordedRequestReader(trustDomain: policy.trustDomain)
    }

    mutating func take(_ line: [UInt8], since: Int64?) {
        guard case .decision(let request) = reader.read(line), request.answer.isAllowed else {
            return
        }
        let question = request.question
        if let since, question.context.nowNanoseconds < since { return }
        suggestion.requests += 1
        if let rule = request.answer.rule { usedRules.insert(rule) }
        let operation = question.operation
        guard operation.action.isServiceScoped, request.answer.rule != nil else { return }
        let target =
            operation.resource.service.map { "\(operation.resource.namespace)/\($0)" } ?? "*"
        if let service = question.principal.service {
            add(
                Key(source: "\(service.namespace)/\(service.service)", target: target), request,
                to: &intentions)
        } else {
            add(Key(source: source(of: question), target: target), request, to: &acl)
        }
    }

    mutating func finished(_ range: ClosedRange<UInt64>?) -> PolicySuggestion {
        suggestion.range = range
        suggestion.intentions = sorted(intentions)
        suggestion.acl = sorted(acl)
        suggestion.unusedRules = policy.allowRuleIDs.filter { !usedRules.contains($0) }
        return suggestion
    }

    private func sorted(_ uses: [Key: PolicySuggestion.Use]) -> [PolicySuggestion.Use] {
        uses.sorted { ($0.key.source, $0.key.target) < ($1.key.source, $1.key.target) }
            .map(\.value)
    }

    private func add(
        _ key: Key, _ request: RecordedRequest, to uses: inout [Key: PolicySuggestion.Use]
    ) {
        var use =
            uses[key]
            ?? PolicySuggestion.Use(
                source: key.source, target: key.target, actions: [], count: 0, last: 0)
        let action = request.question.operation.action
        if !use.actions.contains(action) { use.actions.append(action) }
        use.count += 1
        use.last = request.sequence
        uses[key] = use
    }

    /// The first role that holds the action; the principal itself where no role does any more.
    private mutating func source(of question: PolicyQuestion) -> String {
        let principal = question.principal
        let subject = subjects[principal] ?? policy.subject(for: principal)
        if subjects.count < ReplayLimits.cachedMax { subjects[principal] = subject }
        if let role = policy.role(of: subject, holding: question.operation.action) {
            return "role:\(role)"
        }
        return principal.kind == .key ? "key:\(principal.id)" : "user:\(principal.id)"
    }
}
