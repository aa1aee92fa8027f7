import Audit
import Foundation
import Logging
import NIOConcurrencyHelpers
import Policy
import Testing

@testable import Gateway

/// An office over a real journal, archive and files, with a clock that the test moves.
final class OfficeFixture {
    let folder: URL
    let journal: Journal
    let now = NIOLockedValueBox<Int64>(1_800_000_000_000_000_000)
    var gates = GatewayConfiguration.PolicyGates()
    private(set) var office: PolicyOffice?
    private(set) var reloader: PolicyReloader?

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "office-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        journal = try Journal.open(JournalConfiguration(directory: folder.path + "/audit"))
    }

    deinit {
        journal.close()
        try? FileManager.default.removeItem(at: folder)
    }

    var path: String { folder.path + "/policy.yaml" }
    var archive: PolicyArchive { PolicyArchive(dataDirectory: folder.path) }

    static func text(_ name: String, _ target: String) -> String {
        RecordedLog.bindings.replacing("recorded", with: name) + """
            intentions:
              - { id: web-\(target), effect: allow, from: [{ service: web }], to: [{ service: \(target) }], permit: [discover] }

            """
    }

    static func digest(_ text: String) throws -> String {
        try RecordedLog.compile(text).digest
    }

    func write(_ text: String, to name: String = "policy.yaml") throws {
        try Data(text.utf8).write(to: folder.appending(path: name), options: .atomic)
    }

    /// Opens the policy as a gateway that starts does.
    @discardableResult
    func start() async throws -> PolicyOffice {
        let files = PolicySourceFiles(path: path, trustDomain: "maxine.local", datacenter: "dc1")
        var logger = Logger(label: "office")
        logger.logLevel = .critical
        let opened = try PolicyOpening(
            files: files, gates: gates, archive: archive,
            stateFile: StateFile(path: folder.path + "/policies/state.json"), logger: logger
        ).open(nowNanoseconds: now.withLockedValue { $0 })
        for record in opened.records { _ = try await journal.record(record) }
        let box = now
        let office = PolicyOffice(
            opened: opened, archive: archive,
            keeper: PolicyGatekeeper(
                files: files, gates: gates,
                replay: PolicyReplay(
                    auditDirectory: folder.path + "/audit", archive: archive,
                    trustDomain: "maxine.local")),
            journal: journal, metrics: GatewayMetrics(), logger: logger,
            clock: { box.withLockedValue { $0 } })
        self.office = office
        reloader = PolicyReloader(files: files, office: office, isDue: opened.isFileDue)
        return office
    }

    func pass(minutes: Int64) { now.withLockedValue { $0 += minutes * 60_000_000_000 } }

    func propose(_ text: String, by who: String, signature: [UInt8]? = nil) async
        -> PolicyChangeResult
    {
        guard let office else { return .refused([]) }
        return await office.propose(
            PolicyProposal(
                sources: [PolicySource(name: "policy.yaml", text: text)], signatures: [signature],
                origin: .api), by: PolicyAuthor(id: who))
    }

    var inForce: String { office?.holder.current.policy.digest ?? "" }

    /// The actions of the log's system records, the log's own left out.
    func events() throws -> [String] {
        var tail = LogTail(directory: folder.path + "/audit", from: 1)
        return try tail.next().compactMap { RecordMembers(line: $0.line)?.text(.action) }
            .filter { $0.hasPrefix("policy.") }
    }
}

@Suite struct OfficeTests {
    private let first = OfficeFixture.text("first", "api")
    private let second = OfficeFixture.text("second", "ledger")

    @Test func putsAGoodPolicyIntoForceAndKeepsEveryOne() async throws {
        let fixture = try OfficeFixture()
        try fixture.write(first)
        try await fixture.start()
        let was = fixture.inForce
        let digest = try OfficeFixture.digest(second)
        #expect(
            await fixture.propose(second, by: "ann") == .activated(digest: digest, was: was))
        #expect(fixture.inForce == digest)
        #expect(Set(fixture.archive.digests()) == [was, digest])
        #expect(await fixture.propose(second, by: "ann") == .unchanged(digest: digest))
        #expect(try fixture.events() == ["policy.activate", "policy.activate"])
    }

    @Test func keepsTheLastGoodOneAndSaysWhy() async throws {
        let fixture = try OfficeFixture()
        try fixture.write(first)
        let office = try await fixture.start()
        let was = fixture.inForce
        try fixture.write("maxine_policy: 1\nrulez: []\n")
        await fixture.reloader?.look()
        await fixture.reloader?.look()
        #expect(fixture.inForce == was)
        #expect(office.notices.lines.first?.hasPrefix("policy_stale: ") == true)
        #expect(office.notices.lines.first?.contains("policy.yaml:2:1") == true)
        #expect(try fixture.events() == ["policy.activate", "policy.refuse"])
        let failing =
            second
            + "tests: [{ name: wrong, as: { service: web }, do: { action: service.discover, service: api }, expect: allow }]\n"
        guard case .refused(let reasons) = await fixture.propose(failing, by: "ann") else {
            Issue.record("a failing test did not refuse the policy")
            return
        }
        #expect(reasons.first?.contains("test 'wrong' failed") == true, "\(reasons)")
        try fixture.write(second)
        await fixture.reloader?.look()
        #expect(fixture.inForce == (try OfficeFixture.digest(second)))
        #expect(office.notices.lines.isEmpty)
    }

    @Test func startsWithTheLastGoodOneWhenTheFileIsBroken() async throws {
        let fixture = try OfficeFixture()
        try fixture.write("maxine_policy: 1\nrulez: []\n")
        await #expect(throws: PolicyToolError.self, "there is no last good one yet") {
            try await fixture.start()
        }
        try fixture.write(first)
        try await fixture.start()
        let was = fixture.inForce
        try fixture.write("maxine_policy: 1\nrulez: []\n")
        let office = try await fixture.start()
        #expect(fixture.inForce == was)
        #expect(office.notices.stale != nil)
    }

    @Test func anAPIChangeOutlivesARestartUntilTheFilesChange() async throws {
        let fixture = try OfficeFixture()
        try fixture.write(first)
        try await fixture.start()
        _ = await fixture.propose(second, by: "ann")
        try await fixture.start()
        #expect(fixture.inForce == (try OfficeFixture.digest(second)))
        // A look that finds the same files changes nothing; changed files are a new wish.
        fixture.reloader?.requestReload()
        await fixture.reloader?.look()
        #expect(fixture.inForce == (try OfficeFixture.digest(second)))
        let third = OfficeFixture.text("third", "cache")
        try fixture.write(third)
        await fixture.reloader?.look()
        #expect(fixture.inForce == (try OfficeFixture.digest(third)))
    }

    @Test func goesBackThroughTheSameGates() async throws {
        let fixture = try OfficeFixture()
        try fixture.write(first)
        let office = try await fixture.start()
        let old = fixture.inForce
        _ = await fixture.propose(second, by: "ann")
        let desk = PolicyDesk(office)
        func rollback(_ digest: String) async -> SlowOutcome {
            await desk.answer(
                .change(PolicyChangeRequest(kind: .digest(digest), reason: "it broke")),
                author: "bob", sequence: 1, nowNanoseconds: 0)
        }
        let outcome = await rollback(String(old.prefix(20)))
        guard case .success(let answer) = outcome.result else {
            Issue.record("\(outcome.result)")
            return
        }
        #expect(answer.status == 200)
        #expect(fixture.inForce == old)
        guard case .failure(let problem) = await rollback("sha256:123456789").result else {
            Issue.record("an unknown digest was accepted")
            return
        }
        #expect(problem.status == 404)
    }

    @Test func twoPeopleMustWantAChange() async throws {
        let fixture = try OfficeFixture()
        fixture.gates.approvals = 2
        try fixture.write(first)
        try await fixture.start()
        let was = fixture.inForce
        let digest = try OfficeFixture.digest(second)
        let waiting = PolicyChangeResult.pending(digest: digest, approvedBy: ["ann"], needed: 2)
        #expect(await fixture.propose(second, by: "ann") == waiting)
        #expect(await fixture.propose(second, by: "ann") == waiting, "one person counts once")
        #expect(fixture.inForce == was)
        // The wish outlives a restart.
        let office = try await fixture.start()
        #expect(await office.approve(digest, by: PolicyAuthor(id: "ann")) == waiting)
        #expect(
            await office.approve("sha256:other", by: PolicyAuthor(id: "bob"))
                == .refused(["no policy \"sha256:other\" waits for approval"]))
        #expect(
            await office.approve(digest, by: PolicyAuthor(id: "bob"))
                == .activated(digest: digest, was: was))
        #expect(fixture.inForce == digest)
    }

    @Test func aChangedFileWaitsForTwoPeopleToo() async throws {
        let fixture = try OfficeFixture()
        fixture.gates.approvals = 2
        try fixture.write(first)
        let office = try await fixture.start()
        let was = fixture.inForce
        try fixture.write(second)
        await fixture.reloader?.look()
        let digest = try OfficeFixture.digest(second)
        #expect(fixture.inForce == was)
        #expect(office.notices.lines == ["policy_pending: \(digest) waits for approval"])
        // Changing the file while the gateway is down is no way round.
        try await fixture.start()
        #expect(fixture.inForce == was)
        await fixture.reloader?.look()
        #expect(fixture.inForce == was)
        _ = await fixture.office?.approve(digest, by: PolicyAuthor(id: "ann"))
        #expect(fixture.inForce == was)
        _ = await fixture.office?.approve(digest, by: PolicyAuthor(id: "bob"))
        #expect(fixture.inForce == digest)
    }

    @Test func replaysThePastFirst() async throws {
        let fixture = try OfficeFixture()
        fixture.gates.replayRecords = 100
        fixture.gates.newlyDeniedMax = 0
        try fixture.write(first)
        let office = try await fixture.start()
        let policy = office.holder.current.policy
        let web = try RecordedLog.workload("web")
        let subject = policy.subject(for: web)
        _ = try await fixture.journal.record(
            Record(
                kind: .decision,
                identity: IdentityFragment(
                    principal: PrincipalFields(recording: web, roles: subject.roles),
                    client: ClientFields(ip: "10.0.0.1", port: 1)),
                action: "service.discover", resource: ResourceFields(service: "api"),
                verdict: .allow, gate: "intention", rule: "web-api",
                policy: PolicyFragment(digest: policy.digest), status: 200))
        guard case .refused(let reasons) = await fixture.propose(second, by: "ann") else {
            Issue.record("the replay did not stop it")
            return
        }
        #expect(reasons.first?.contains("1 newly denied, at most 0") == true, "\(reasons)")
        #expect(fixture.inForce == policy.digest)
        let wider = first + OfficeFixture.text("x", "ledger").split(separator: "intentions:\n")[1]
        guard case .activated = await fixture.propose(wider, by: "ann") else {
            Issue.record("a wider policy was stopped")
            return
        }
    }

    @Test func changesNothingThatCanNotBeRecorded() async throws {
        let fixture = try OfficeFixture()
        try fixture.write(first)
        try await fixture.start()
        let was = fixture.inForce
        fixture.journal.close()
        guard case .unrecorded = await fixture.propose(second, by: "ann") else {
            Issue.record("it changed without a record")
            return
        }
        #expect(fixture.inForce == was)
    }
}
