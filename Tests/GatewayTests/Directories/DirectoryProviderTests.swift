import Auth
import Support
import Testing
import Time
import Workers

@testable import Gateway
@testable import LDAP

/// What a directory's person becomes; nobody is asked here.
@Suite struct DirectoryProviderTests {
    private let clock = TestClock()

    @Test func groupsHaveShortNamesAndTwoSpellings() throws {
        let provider = try provider { $0.plan.service = .certificate }
        let person = provider.vouched(
            DirectoryPerson(
                name: "alice", entry: "UID=alice,DC=org", id: "7",
                groups: ["CN=Ops, OU=Groups,DC=org", "cn=staff,dc=org"]))
        #expect(person.name == "alice")
        #expect(person.groups == ["Ops", "staff"])
        #expect(
            person.ldapGroups == [
                "cn=Ops,ou=Groups,dc=org", "cn=ops,ou=groups,dc=org", "cn=staff,dc=org",
            ])
        #expect(person.handle == ProviderHandle(subject: "UID=alice,DC=org", session: "7"))
        #expect(person.endsNanoseconds == nil)
    }

    @Test func withoutAServiceAccountTheWordEnds() async throws {
        let provider = try provider { $0.refreshSeconds = 120 }
        let person = provider.vouched(
            DirectoryPerson(name: "alice", entry: "dc=org", id: nil, groups: []))
        #expect(person.endsNanoseconds == clock.clocks.wall() + 120_000_000_000)
        await #expect(throws: ProviderFault.self) {
            try await provider.confirm("alice", person.handle, session: "s")
        }
    }

    @Test(arguments: [
        ("alice", "", "empty_password"), ("al\u{0}ice", "right", "bad_user_name"),
        ("alice", String(repeating: "x", count: 1025), "empty_password"),
        ("", "right", "bad_user_name"),
    ])
    func whatIsNoNameOrPasswordStartsNothing(
        user: String, password: String, code: String
    ) async throws {
        let provider = try provider { $0.plan.service = .certificate }
        do {
            _ = try await provider.signOn(user: user, password: RawToken(Array(password.utf8)))
            Issue.record("let in")
        } catch {
            #expect(error.code == code)
        }
    }

    private func provider(
        _ change: (inout DirectorySettings) -> Void
    ) throws -> DirectoryProvider {
        var settings = DirectorySettings()
        settings.name = "corp"
        settings.plan.base = "dc=org"
        change(&settings)
        let folder = try TestFolder()
        return DirectoryProvider(
            DirectoryDesk(settings, workers: WorkerProgram(path: "/bin/false", arguments: [])),
            clocks: clock.clocks,
            alarm: DirectoryAlarm(
                "corp", logger: try FileLog.logger(folder.path("log")), metrics: GatewayMetrics(),
                elapsed: clock.clocks.elapsed))
    }
}
