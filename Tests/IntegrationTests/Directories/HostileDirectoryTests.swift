import Foundation
import Support
import Testing

@testable import Gateway
@testable import LDAP

/// What servers may do to whoever asks them.
@Suite(.enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"))
struct HostileDirectoryTests {
    private static let server = Result { try SlapdServer() }

    private var server: SlapdServer { get throws { try Self.server.get() } }

    /// Nobody is let in, nothing counts as the person's fault, and a good server is asked in time.
    @Test(arguments: [
        HostileDirectory.Deed.silent, .mute, .leaves, .refers, .boasts, .babbles,
        .confuses,
    ])
    func aGoodServerIsAskedAfterAHostileOne(deed: HostileDirectory.Deed) async throws {
        let server = try server
        let hostile = try HostileDirectory(deed, certificatesOf: server)
        let addresses = ["ldaps://127.0.0.1:\(hostile.port)", server.address]
        let alone = try DirectoryFixture(
            server.settings(servers: [addresses[0]], "timeout: 1s"))
        let reason = try #require(await alone.fault(), "the hostile one alone")
        #expect(!reason.contains(SlapdServer.password))
        #expect(!reason.contains("\u{1B}"))
        let fixture = try DirectoryFixture(server.settings(servers: addresses, "timeout: 1s"))
        let began = Date()
        #expect(await fixture.person()?.name == "alice")
        #expect(Date().timeIntervalSince(began) < 3)
        let again = Date()
        #expect(await fixture.person()?.name == "alice")
        #expect(Date().timeIntervalSince(again) < 0.9, "the hostile one is not asked again")
    }

    @Test func anEntryOutsideOfTheBaseIsNobody() async throws {
        let server = try server
        let hostile = try HostileDirectory(.outside, certificatesOf: server)
        let fixture = try DirectoryFixture(
            server.settings(servers: ["ldaps://127.0.0.1:\(hostile.port)"]))
        #expect(await fixture.code("alice") == .outsideOfBase)
    }

    @Test func entriesWithoutAnEndAreNobody() async throws {
        let server = try server
        let hostile = try HostileDirectory(.floods, certificatesOf: server)
        let fixture = try DirectoryFixture(
            server.settings(servers: ["ldaps://127.0.0.1:\(hostile.port)"]))
        #expect(await fixture.code("alice") == .ambiguousUser)
    }

    @Test func referralsAreNotFollowed() async throws {
        let server = try server
        let away = try HostileDirectory(.outside, certificatesOf: server)
        let hostile = try HostileDirectory(.refers, certificatesOf: server, away: away.port)
        let fixture = try DirectoryFixture(
            server.settings(servers: ["ldaps://127.0.0.1:\(hostile.port)"]))
        #expect(await fixture.fault()?.contains("refers to another") == true)
        #expect(try !away.log().contains("connection"))
        let honest = try SlapdServer(referral: "ldap://127.0.0.1:\(away.port)/dc=away")
        #expect(try await DirectoryFixture(honest.settings()).person()?.name == "alice")
        #expect(try !away.log().contains("connection"))
    }

    @Test(arguments: [HostileDirectory.Deed.declines, .injects])
    func nothingIsSentWhereTLSDoesNotBegin(deed: HostileDirectory.Deed) async throws {
        let server = try server
        let hostile = try HostileDirectory(deed, certificatesOf: server)
        let fixture = try DirectoryFixture(
            server.settings(servers: ["ldap://127.0.0.1:\(hostile.port)"]))
        let reason = try #require(await fixture.fault())
        #expect(reason.contains(deed == .declines ? "does not begin TLS" : "no answer to it"))
        #expect(try !hostile.log().contains("bind"))
    }

    @Test func aCertificateOfAnotherAuthorityIsNotTaken() async throws {
        let other = try SlapdServer()
        let fixture = try DirectoryFixture(try server.settings(servers: [other.address]))
        #expect(await fixture.fault()?.contains("not of an authority that is trusted") == true)
    }

    /// Nor one for the address that the name leads to: who lies about that has one for it.
    @Test func aCertificateForAnotherNameIsNotTaken() async throws {
        let server = try server
        let fixture = try DirectoryFixture(
            server.settings(servers: ["ldaps://localhost:\(server.port)"]))
        let reason = try #require(await fixture.fault())
        #expect(reason.contains("not for \"localhost\""), "\(reason)")
    }

    @Test func aCertificateForTheNameIsNotOneForTheAddress() async throws {
        let server = try SlapdServer(names: "DNS:localhost")
        let byName = try DirectoryFixture(
            server.settings(servers: ["ldaps://localhost:\(server.port)"]))
        #expect(await byName.person()?.name == "alice")
        #expect(try await DirectoryFixture(server.settings()).fault()?.contains("not for") == true)
    }

    @Test func aDirectoryThatIsDownIsAFaultAndComesBack() async throws {
        let server = try server
        let port = try LoopbackPorts.free(1)[0]
        let fixture = try DirectoryFixture(
            server.settings(servers: ["ldaps://127.0.0.1:\(port)"], "timeout: 1s"))
        #expect(await fixture.fault() != nil)
    }

    @Test func aServiceAccountThatIsRefusedIsNotThePersonsFault() async throws {
        let server = try SlapdServer()
        let settings = try server.settings()
        try server.folder.write("wrong\n", to: "service.password")
        try server.folder.chmod("service.password", 0o600)
        let fixture = try DirectoryFixture(settings)
        #expect(await fixture.fault()?.contains("refuses the service account") == true)
    }

    /// Two hundred at once, and most of them behind a server that does not answer.
    @Test func manyAtOnceAreAnsweredOrRefusedInTime() async throws {
        let server = try server
        let hostile = try HostileDirectory(.silent, certificatesOf: server)
        let fixture = try DirectoryFixture(
            server.settings(
                servers: ["ldaps://127.0.0.1:\(hostile.port)", server.address], "timeout: 1s"))
        let began = Date()
        let answers = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { await fixture.person() != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(answers >= 8)
        #expect(Date().timeIntervalSince(began) < 20)
        #expect(await fixture.person()?.name == "alice")
    }
}
