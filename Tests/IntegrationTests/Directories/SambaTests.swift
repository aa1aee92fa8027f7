import Support
import Testing

@testable import Gateway
@testable import LDAP

/// A real Active Directory domain controller; one after the other, since they are on one controller.
@Suite(
    .enabled(if: SambaServer.whyNot == nil, "\(SambaServer.whyNot ?? "")"), .serialized)
struct SambaTests {
    private static let server = Result { try SambaServer() }

    private var server: SambaServer { get throws { try Self.server.get() } }

    private static let byName = "user_attribute: sAMAccountName\nSERVICE\n"

    @Test(arguments: ["ldaps://127.0.0.1", "ldap://127.0.0.1"])
    func aliceIsLetInByHerAccountsName(address: String) async throws {
        let fixture = try DirectoryFixture(server.settings(server: address, Self.byName))
        let person = await fixture.person("alice", SambaServer.password)
        #expect(person?.name == "alice")
        #expect(person?.entry == "CN=alice,CN=Users,DC=ad,DC=test")
        #expect(person?.groups.map { GroupName.of($0) } == ["ops"])
        #expect(person?.id?.count == 32, "objectGUID")
        #expect(await fixture.code("alice", "wrong") == .wrongPassword)
        #expect(await fixture.code("bob", SambaServer.password) == .disabled)
        #expect(await fixture.code("carol", SambaServer.password) == .mustChange)
        #expect(await fixture.code("nobody", "wrong") == .unknownUser)
        #expect(await fixture.code("Alice", SambaServer.password) == .otherSpelling)
    }

    @Test(arguments: ["in_chain", "token_groups", "search"])
    func groupsInGroupsAreFound(mode: String) async throws {
        let settings = try server.settings(Self.byName + "groups: { mode: \(mode) }\n")
        let person = try await DirectoryFixture(settings).person("alice", SambaServer.password)
        let names = Set((person?.groups ?? []).map { GroupName.of($0) })
        #expect(names.isSuperset(of: ["ops", "staff"]))
    }

    @Test func peopleMayBindForThemselves() async throws {
        let fixture = try DirectoryFixture(server.settings("direct_bind: \"{user}@ad.test\"\n"))
        let person = await fixture.person("alice", SambaServer.password)
        #expect(person?.name == "alice")
        #expect(person?.groups.map { GroupName.of($0) } == ["ops"])
        #expect(await fixture.code("alice", "wrong") == .wrongPassword)
        #expect(await fixture.code("alice@ad.test", SambaServer.password) == .badUserName)
        #expect(await fixture.code("ADTEST\\alice", SambaServer.password) == .badUserName)
    }

    @Test func whoIsDisabledIsNotConfirmed() async throws {
        let fixture = try DirectoryFixture(server.settings(Self.byName))
        let entry = "CN=bob,CN=Users,DC=ad,DC=test"
        guard
            case .refused(let code, _) = await fixture.desk.ask(
                .confirm(name: "bob", entry: entry, id: nil))
        else {
            Issue.record("bob is let on")
            return
        }
        #expect(code == .disabled)
    }
}
