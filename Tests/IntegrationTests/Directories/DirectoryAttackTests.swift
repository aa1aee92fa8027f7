import Foundation
import Support
import Testing

@testable import LDAP

/// What people may type to get in as somebody else, each with the answer that it gets from a real slapd.
@Suite(.enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"))
struct DirectoryAttackTests {
    private static let server = Result { try SlapdServer() }

    private var server: SlapdServer { get throws { try Self.server.get() } }

    @Test(arguments: [
        ("*", DirectoryRefusal.unknownUser, #"\2A"#),
        ("alice)(|(uid=*", .unknownUser, #"alice\29\28|\28uid=\2A"#),
        (#"\2a"#, .unknownUser, #"\5C2a"#), ("nobody", .unknownUser, "uid=nobody"),
        ("Alice", .otherSpelling, "uid=alice"), ("ALICE", .otherSpelling, "uid=alice"),
        ("twin", .ambiguousUser, "uid=twin"),
    ])
    func aNameIsAskedAsItIsAndRefused(
        user: String, code: DirectoryRefusal, filter: String
    ) async throws {
        let server = try server
        let fixture = try DirectoryFixture(server.settings())
        #expect(await fixture.code(user) == code)
        #expect(try server.folder.text("slapd.log").contains(filter), "the filter that was sent")
    }

    @Test(arguments: [
        "alice\0x", "alice ", " alice", "al\u{200B}ice", "\u{202E}ecila",
        String(repeating: "a", count: 10_000), "",
    ])
    func aNameThatIsNoneIsNotAskedAbout(user: String) async throws {
        let fixture = try DirectoryFixture(server.settings())
        #expect(await fixture.code(user) == .badUserName)
    }

    @Test func anEmptyPasswordIsNeverABind() async throws {
        let server = try SlapdServer()
        let fixture = try DirectoryFixture(
            server.settings("direct_bind: \"uid={user},ou=people,dc=example,dc=org\""))
        let before = try server.folder.text("slapd.log").count
        #expect(await fixture.code("alice", "") == .emptyPassword)
        let log = try server.folder.text("slapd.log").dropFirst(before)
        #expect(!log.contains("BIND dn=\"uid=alice"), "\(log)")
        #expect(await fixture.person()?.name == "alice")
        #expect(try server.folder.text("slapd.log").contains("BIND dn=\"uid=alice"))
    }

    @Test(arguments: [
        "alice,ou=admins", "alice+cn=alice", "\"alice\"", "alice,ou=people,dc=example,dc=org",
        #"alice\"#, "#616c696365",
    ])
    func aNameStaysOneValueOfADirectBind(user: String) async throws {
        let fixture = try DirectoryFixture(
            server.settings("direct_bind: \"uid={user},ou=people,dc=example,dc=org\""))
        let answer = await fixture.signOn(user)
        guard case .refused(.wrongPassword, _) = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(await fixture.person()?.name == "alice")
    }

    @Test func nameOfTheDirectoryIsTheCanonicalOne() async throws {
        let fixture = try DirectoryFixture(
            server.settings("user_filter: \"(|(uid={user})(mail={user}))\""))
        #expect(await fixture.person("alice@example.org")?.name == "alice")
        let anyCase = try DirectoryFixture(server.settings("any_case: true"))
        #expect(await anyCase.person("ALICE")?.name == "alice")
    }

    @Test func passwordPoliciesAreHeard() async throws {
        let server = try SlapdServer()
        let base = SlapdServer.base
        try server.modify(
            "dn: uid=dave,ou=people,\(base)\nchangetype: modify\nadd: pwdReset\npwdReset: TRUE\n")
        let fixture = try DirectoryFixture(server.settings())
        #expect(await fixture.code("dave") == .mustChange, "though the bind succeeds")
        #expect(await fixture.code("dave", "wrong") == .wrongPassword)
        for _ in 0..<3 { #expect(await fixture.code("erin", "wrong") == .wrongPassword) }
        #expect(await fixture.code("erin") == .locked)
        #expect(await fixture.person()?.name == "alice")
        try server.add(
            "dn: cn=short,\(base)\nobjectClass: pwdPolicy\nobjectClass: organizationalRole\n"
                + "cn: short\npwdAttribute: userPassword\npwdMaxAge: 1\n")
        try server.modify(
            "dn: uid=bob,ou=people,\(base)\nchangetype: modify\nadd: pwdPolicySubentry\n"
                + "pwdPolicySubentry: cn=short,\(base)\n")
        try await Task.sleep(for: .seconds(2))
        let answer = await fixture.signOn("bob")
        guard case .refused(.passwordExpired, _) = answer else {
            Issue.record("\(answer)")
            return
        }
    }
}
