import Support
import Testing

@testable import Gateway
@testable import LDAP

/// Groups, and what becomes of people who have a session, on a real slapd.
@Suite(.enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"))
struct DirectoryGroupTests {
    private static let server = Result { try SlapdServer() }

    private var server: SlapdServer { get throws { try Self.server.get() } }

    @Test func memberOfHasTheGroupsThatNameThePerson() async throws {
        let person = try await DirectoryFixture(server.settings()).person()
        #expect(names(person) == ["ops", "ring-a"])
        #expect(person?.entry == "uid=alice,ou=people,dc=example,dc=org")
    }

    @Test(arguments: [(1, ["ops", "ring-a"]), (2, ["ops", "ring-a", "ring-b", "staff"])])
    func searchGoesUpSoManyLevels(depth: Int, groups: [String]) async throws {
        let settings = try server.settings("groups: { mode: search, depth: \(depth) }")
        #expect(names(try await DirectoryFixture(settings).person()) == groups)
    }

    @Test func groupsInACircleEnd() async throws {
        let settings = try server.settings("groups: { mode: search, depth: 20 }")
        let person = try await DirectoryFixture(settings).person()
        #expect(names(person) == ["all", "ops", "ring-a", "ring-b", "staff"])
    }

    @Test(arguments: ["in_chain", "token_groups"])
    func whatOnlyActiveDirectoryKnowsIsNotNoGroups(mode: String) async throws {
        let fixture = try DirectoryFixture(server.settings("groups: { mode: \(mode) }"))
        #expect(await fixture.fault()?.contains("need Active Directory") == true)
        guard case .fault = await fixture.desk.ask(.probe) else {
            Issue.record("it can be asked")
            return
        }
    }

    @Test func moreGroupsThanAreTakenLetNobodyIn() async throws {
        let server = try SlapdServer()
        let groups = (0...DirectoryLimits.groupsMax).map { number in
            """
            dn: cn=group-\(number),ou=groups,\(SlapdServer.base)
            objectClass: groupOfNames
            cn: group-\(number)
            member: uid=bob,ou=people,\(SlapdServer.base)


            """
        }
        try server.add(groups.joined())
        for mode in ["memberof", "search"] {
            let settings = try server.settings("timeout: 20s\ngroups: { mode: \(mode) }")
            #expect(try await DirectoryFixture(settings).code("bob") == .tooManyGroups)
        }
    }

    @Test func theServiceAccountMayBeKnownByItsCertificate() async throws {
        let server = try server
        let lines = try server.settings().split(separator: "\n")
            .filter { !$0.contains("bind_") }.joined(separator: "\n")
        let settings =
            lines + "\n      client_cert: \(server.folder.path("client.pem"))\n"
            + "      client_key: \(server.folder.path("client.key"))\n"
        #expect(try await DirectoryFixture(settings).person()?.name == "alice")
    }

    @Test func whoIsThereStillIsConfirmedWithNewGroups() async throws {
        let server = try SlapdServer()
        let fixture = try DirectoryFixture(server.settings())
        let person = try #require(await fixture.person())
        let entry = "uid=alice,ou=people,\(SlapdServer.base)"
        #expect(await confirm(fixture, person) == .person(person))
        try server.modify(
            "dn: cn=ops,ou=groups,\(SlapdServer.base)\nchangetype: modify\nreplace: member\n"
                + "member: uid=bob,ou=people,\(SlapdServer.base)\n")
        guard case .person(let later) = await confirm(fixture, person) else {
            Issue.record("alice is there still")
            return
        }
        #expect(names(later) == ["ring-a"])
        try server.modify(
            "dn: \(entry)\nchangetype: modify\nadd: pwdAccountLockedTime\n"
                + "pwdAccountLockedTime: 000001010000Z\n")
        #expect(code(await confirm(fixture, person)) == .locked)
        try server.modify("dn: \(entry)\nchangetype: delete\n")
        #expect(code(await confirm(fixture, person)) == .gone)
        try server.add(
            "dn: \(entry)\nobjectClass: inetOrgPerson\nuid: alice\ncn: alice\nsn: alice\n")
        #expect(code(await confirm(fixture, person)) == .otherEntry, "another alice")
    }

    /// What else a filter asks for must hold still, by whatever name somebody had signed on.
    @Test func whoIsNoLongerMeantByTheFilterIsNotConfirmed() async throws {
        let server = try SlapdServer()
        let filter = "\"(&(mail={user})(!(description=left)))\""
        let fixture = try DirectoryFixture(server.settings("user_filter: \(filter)"))
        let person = try #require(await fixture.person("alice@example.org"))
        #expect(await confirm(fixture, person) == .person(person))
        try server.modify(
            "dn: \(person.entry)\nchangetype: modify\nadd: description\ndescription: left\n")
        #expect(code(await confirm(fixture, person)) == .gone)
    }

    @Test func ofSeveralNamesItIsTheOneOfTheEntry() async throws {
        let server = try SlapdServer()
        try server.modify(
            "dn: uid=bob,ou=people,\(SlapdServer.base)\nchangetype: modify\nadd: uid\nuid: abba\n")
        let fixture = try DirectoryFixture(server.settings())
        #expect(await fixture.person("bob")?.name == "bob")
        #expect(await fixture.person("abba")?.name == "bob")
    }

    private func confirm(
        _ fixture: DirectoryFixture, _ person: DirectoryPerson
    ) async -> DirectoryAnswer {
        await fixture.desk.ask(.confirm(name: person.name, entry: person.entry, id: person.id))
    }

    private func code(_ answer: DirectoryAnswer) -> DirectoryRefusal? {
        guard case .refused(let code, _) = answer else { return nil }
        return code
    }

    private func names(_ person: DirectoryPerson?) -> [String] {
        (person?.groups ?? []).map { GroupName.of($0) }.sorted()
    }
}
