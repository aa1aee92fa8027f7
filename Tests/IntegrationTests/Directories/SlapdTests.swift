import Foundation
import Support
import Testing

/// The binary asks a real slapd, as `maxine auth test` does.
@Suite(.enabled(if: SlapdServer.isThere, "slapd and ldap-utils are not installed"))
struct SlapdTests {
    private static let server = Result { try SlapdServer() }

    private var server: SlapdServer { get throws { try Self.server.get() } }

    @Test(arguments: [true, false])
    func somebodyIsLetInOverTLS(fromTheBeginning: Bool) throws {
        let server = try server
        let address = fromTheBeginning ? server.address : server.plainAddress
        let result = try test(server.settings(servers: [address]), user: "alice")
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("principal  user corp/alice"))
        #expect(result.output.contains("uid=alice,ou=people,dc=example,dc=org"))
        #expect(result.output.contains("-> group corp/ops"), "\(result.output)")
    }

    @Test func aWrongPasswordIsRefused() throws {
        let result = try test(try server.settings(), user: "bob", password: "wrong")
        #expect(result.status == 1)
        #expect(result.output.contains("code       wrong_password"), "\(result.output)")
    }

    private func test(
        _ settings: String, user: String, password: String = SlapdServer.password
    ) throws -> Shell.Result {
        let folder = try TestFolder()
        try folder.write(settings, to: "maxine.yaml")
        return try Shell.run(
            [
                GatewayProcess.binary, "auth", "test", "corp", "--user", user,
                "--password-stdin",
            ], input: password + "\n", directory: folder.url)
    }
}
