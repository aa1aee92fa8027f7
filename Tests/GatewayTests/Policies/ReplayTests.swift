import Audit
import Foundation
import Gateway
import Policy
import StrictJSON
import Testing

/// A log written by the journal, with decisions taken by a real policy, and the archive of that policy.
struct RecordedLog {
    let folder: URL
    let policy: CompiledPolicy
    let archive: PolicyArchive
    private let journal: Journal

    static let bindings = """
        maxine_policy: 1
        name: recorded
        bindings:
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: viewer, subjects: [{ ldap_group: staff }] }

        """
    static let allows = """
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*], resources: { services: ["*"] } }
          - { id: viewers, effect: allow, subjects: [role:viewer], actions: [service.read], resources: { services: ["*"] } }
        intentions:
          - { id: web-api, effect: allow, from: [{ service: web }], to: [{ service: api }], permit: [discover] }

        """

    static func compile(_ text: String) throws -> CompiledPolicy {
        try CompiledPolicy.load(
            files: [PolicySource(name: "p.yaml", text: text)], trustDomain: "maxine.local")
    }

    init(_ text: String = bindings + allows) throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "replay-\(UUID())")
        policy = try Self.compile(text)
        archive = PolicyArchive(dataDirectory: folder.path)
        try archive.keep(policy, sources: [PolicySource(name: "p.yaml", text: text)])
        journal = try Journal.open(JournalConfiguration(directory: folder.path + "/audit"))
    }

    var replay: PolicyReplay {
        PolicyReplay(
            auditDirectory: folder.path + "/audit", archive: archive, trustDomain: "maxine.local")
    }

    static func workload(_ name: String) throws -> Principal {
        let id = try SPIFFEID(parsing: "spiffe://maxine.local/ns/default/dc/dc1/svc/\(name)")
        return Principal(
            kind: .service, id: id.description, authentication: .mtls, spiffeID: id,
            service: IdentityTemplate.consul.serviceIdentity(of: id))
    }

    static func member(of groups: [String]) -> Principal {
        var user = Principal(kind: .user, id: "alice", authentication: .ldap)
        user.ldapGroups = groups
        return user
    }

    /// Decides, and records as the gateway does.
    func decide(
        _ principal: Principal, _ action: Action, _ service: String?, tags: [String]? = nil,
        forged verdict: Verdict? = nil
    ) async throws {
        let operation = Operation(
            action: action, resource: Resource(service: service, tags: tags))
        let subject = policy.subject(for: principal)
        let answer = policy.summary(
            subject, operation, Context(nowNanoseconds: 0, sourceIP: IPAddress(parsing: "10.1.2.3"))
        )
        let identity = IdentityFragment(
            principal: PrincipalFields(recording: principal, roles: subject.roles),
            client: ClientFields(ip: "10.1.2.3", port: 4000))
        _ = try await journal.record(
            Record(
                kind: .decision, identity: identity, action: action.name,
                resource: service.map { ResourceFields(service: $0, tags: tags) },
                verdict: verdict ?? (answer.isAllowed ? .allow : .deny),
                gate: answer.gate.rawValue, rule: answer.rule, reason: answer.reason,
                policy: PolicyFragment(digest: policy.digest), status: 200))
    }

    func record(_ record: Record) async throws { _ = try await journal.record(record) }

    func close() { journal.close() }

    func remove() { try? FileManager.default.removeItem(at: folder) }
}

@Suite struct ReplayTests {
    private func traffic(_ log: RecordedLog) async throws {
        let web = try RecordedLog.workload("web")
        for _ in 0..<3 { try await log.decide(web, .serviceDiscover, "api") }
        try await log.decide(web, .serviceDiscover, "ledger")
        try await log.decide(web, .serviceRegister, "web", tags: ["blue"])
        try await log.decide(.anonymous, .systemRead, nil)
        try await log.decide(RecordedLog.member(of: ["staff"]), .serviceRead, "api")
    }

    @Test func reproducesEveryRecordedDecision() async throws {
        let log = try RecordedLog()
        defer { log.remove() }
        try await traffic(log)
        log.close()
        let report = try log.replay.run(candidate: nil)
        #expect(report.decisions == 7)
        #expect(report.isFaithful, "\(report.notReproduced)")
        #expect(report.notReplayable.isEmpty, "\(report.notReplayable)")
        #expect(report.others == 3, "the log's own records")
        #expect(report.recordsVerified == 10)
        #expect(ReplayBounds().broken(by: report).isEmpty)
    }

    @Test func tellsWhatACandidateChanges() async throws {
        let log = try RecordedLog()
        defer { log.remove() }
        try await traffic(log)
        log.close()
        let candidate = try RecordedLog.compile(
            RecordedLog.bindings.replacing("ldap_group: staff", with: "ldap_group: managers") + """
                intentions:
                  - { id: web-ledger, effect: allow, from: [{ service: web }], to: [{ service: ledger }], permit: [discover] }

                """)
        let report = try log.replay.run(candidate: candidate)
        #expect(report.newlyAllowedCount == 1)
        #expect(report.newlyAllowed.first?.service == "default/ledger")
        #expect(report.newlyDeniedCount == 4)
        #expect(report.newlyDenied.map(\.count) == [3, 1])
        #expect(report.newlyDenied.first?.samples.count == 3)
        #expect(report.newlyDenied.last?.after.gate == .rbac)
        #expect(report.isFaithful)
        var bounds = ReplayBounds()
        bounds.newlyDeniedMax = 3
        bounds.forbiddenActions = ["service.disc*"]
        #expect(bounds.broken(by: report).count == 2, "\(bounds.broken(by: report))")
    }

    @Test func noticesADecisionThatThePolicyOfItsTimeDoesNotTake() async throws {
        let log = try RecordedLog()
        defer { log.remove() }
        let web = try RecordedLog.workload("web")
        try await log.decide(web, .serviceDiscover, "ledger", forged: .allow)
        log.close()
        let report = try log.replay.run(candidate: nil)
        #expect(!report.isFaithful)
        #expect(report.notReproduced.first?.count == 1)
        #expect(!ReplayBounds().broken(by: report).isEmpty)
    }

    @Test func saysWhyARecordCanNotBeAskedAgain() async throws {
        let log = try RecordedLog()
        defer { log.remove() }
        let tagged = try RecordedLog.compile(
            RecordedLog.bindings
                + RecordedLog.allows.replacing(
                    "resources: { services: [\"*\"] } }\nintentions",
                    with: "resources: { services: [\"*\"], tags: { any: [blue] } } }\nintentions"))
        let web = try RecordedLog.workload("web")
        try await log.decide(web, .serviceRegister, "web", tags: nil)
        let many = RecordedLog.member(of: (0..<900).map { "group-number-\($0)" })
        try await log.decide(many, .serviceRead, "api")
        let foreign = PolicyFragment(digest: "sha256:" + String(repeating: "0", count: 64))
        try await log.record(
            Record(
                kind: .decision, identity: Self.nobody, action: "system.read", verdict: .deny,
                gate: "authn", policy: foreign))
        try await log.record(
            Record(
                kind: .decision, identity: Self.nobody, action: "service.fly", verdict: .deny,
                gate: "rbac", policy: PolicyFragment(digest: log.policy.digest)))
        log.close()
        let report = try log.replay.run(candidate: tagged)
        let reasons = report.notReplayable.map(\.reason).sorted()
        #expect(
            reasons == [
                "groups: the record had no room for them", "its policy is not kept",
                "tags: the record does not hold them", "unknown action service.fly",
            ], "\(reasons)")
        #expect(report.decisions == 0)
        #expect(report.isFaithful)
        var bounds = ReplayBounds()
        bounds.notReplayableMax = 0
        #expect(bounds.broken(by: report).count == 1)
    }

    private static let nobody = IdentityFragment(
        principal: PrincipalFields(kind: "anonymous", id: "", auth: "none", roles: []),
        client: ClientFields(ip: "10.1.2.3", port: 1))

    @Test func replaysNothingOfADamagedLog() async throws {
        let log = try RecordedLog()
        defer { log.remove() }
        try await traffic(log)
        log.close()
        let segments = log.folder.path + "/audit/segments"
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: segments).first)
        let path = segments + "/" + name
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let edited = text.replacing(
            "\"decision\":\"deny\"", with: "\"decision\":\"gone\"", maxReplacements: 1)
        #expect(edited != text)
        try edited.write(toFile: path, atomically: true, encoding: .utf8)
        #expect {
            _ = try log.replay.run(candidate: nil)
        } throws: { error in
            guard case .log(let why)? = error as? PolicyToolError else { return false }
            return why.contains("nothing was replayed")
        }
    }

    @Test func looksAtTheRangeThatIsAskedFor() async throws {
        let log = try RecordedLog()
        defer { log.remove() }
        try await traffic(log)
        log.close()
        #expect(try log.replay.run(candidate: nil, range: 3...5).decisions == 3)
        #expect(try log.replay.run(candidate: nil, range: 900...901).decisions == 0)
        #expect(
            try log.replay.run(candidate: nil, sinceNanoseconds: .max).decisions == 0)
    }

    @Test func explainsAPastDecisionUnderThePolicyOfItsTime() async throws {
        let log = try RecordedLog()
        defer { log.remove() }
        try await traffic(log)
        log.close()
        let past = try log.replay.decision(6)
        #expect(past.recorded.text == "deny, gate intention (no rule allows it)")
        #expect(past.digest == log.policy.digest)
        let explanation = past.policy.explain(
            past.question.principal, past.question.operation, past.question.context)
        #expect(explanation.outcome == past.recorded)
        let encoded = try StrictJSON.parse(
            ExplanationJSON.encode(
                explanation, of: past.question, under: past.policy, recorded: past.recorded))
        #expect(encoded["reproduced"] == .bool(true))
        for bad: UInt64 in [0, 1, 99] {
            #expect(throws: PolicyToolError.self) { _ = try log.replay.decision(bad) }
        }
    }

    @Test func suggestsTheLeastThatAllowsWhatWasAllowed() async throws {
        let log = try RecordedLog()
        defer { log.remove() }
        try await traffic(log)
        log.close()
        let suggestion = try PolicySuggestion.make(
            from: log.folder.path + "/audit", under: log.policy)
        #expect(suggestion.intentions.map(\.source) == ["default/web"])
        #expect(suggestion.acl.map(\.source) == ["role:viewer"])
        #expect(suggestion.unusedRules == ["admins"])
        let least = try CompiledPolicy.load(
            files: [
                PolicySource(name: "b.yaml", text: RecordedLog.bindings),
                PolicySource(name: "s.yaml", text: suggestion.yaml()),
            ], trustDomain: "maxine.local")
        let report = try log.replay.run(candidate: least)
        #expect(report.newlyDeniedCount == 0, "\(suggestion.yaml())\n\(report.newlyDenied)")
        #expect(report.newlyAllowedCount == 0)
    }
}
