import Foundation
import StrictJSON
import Support
import Testing

/// Every command that docs/credentials.md tells people to type works when it is typed, and each command that there is stands there.
@Suite(.serialized) struct CredentialPageTests {
    private static let policy = """
        maxine_policy: 1
        name: page
        roles:
          exchanger: { actions: [identity.token] }
          public: { actions: [session.create, federation.read] }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
          - { role: exchanger, subjects: [{ group: idp/ops }] }
          - { role: viewer, subjects: [{ group: idp/ops }, { user: idp/alice }, { api_key_scope: "registry:read" }] }
          - { role: public, subjects: [{ anonymous: true }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"] } }
        """
    private static let configuration = """
        tokens: { issuer: "https://maxine.example.org:8445", audiences: ["https://billing.example.org"] }
        auth:
          jwt:
            - { name: idp, issuer: "https://idp.example", audiences: [maxine], algorithms: [ES256], jwks_file: ./idp.jwks }
            - name: cluster
              issuer: https://cluster.example
              audiences: [maxine]
              algorithms: [ES256]
              jwks_file: ./idp.jwks
              service: { name: /kubernetes.io/serviceaccount/name, namespace: /kubernetes.io/namespace }

        """
    /// The sections that have commands, and how many.
    private static let sections = [
        "Tokens of an identity provider (JWT)": 2, "API keys": 9, "Tokens of this gateway": 7,
        "Sessions": 7, "Who am I": 2, "Locks": 5, "Renewing certificates": 3,
        "Revoking certificates": 5,
        "Roles of single users": 3, "The people listener": 1, "The federation listener": 1,
    ]
    private let mint = TestTokens()

    @Test(arguments: CredentialPageTests.sections.keys.sorted())
    func everyCommandOfASectionWorks(section: String) throws {
        let gateway = try start()
        let commands = try #require(try PageCommands.all()[section])
        #expect(commands.count == Self.sections[section], "\(commands)")
        var page = try PageCommands(gateway)
        try fill(&page, for: section, gateway)
        // What it shows there is a refusal.
        let refuses = section == "The people listener"
        // Lists of what is revoked come by a listener that is off unless it is named.
        for command in commands where !command.contains("/crl/") {
            // One that goes on for ever is ended, and says so by this status.
            let typed = command.contains("--watch") ? "timeout 2 \(command)" : command
            let result = try page.run(
                refuses ? typed : typed.replacing("curl ", with: "curl --fail-with-body "))
            let expected: Int32 =
                command.contains("--watch") ? 124 : command.hasPrefix("maxine keys check") ? 1 : 0
            #expect(
                result.status == expected,
                "\(command): \(result.error) \(result.output)")
            let output = result.output.trimmingCharacters(in: .whitespacesAndNewlines)
            if command.contains("keys create") {
                page.set("KEY", output)
                page.set("ID", String(output.dropFirst(4).prefix(8)))
                try Data(output.utf8).write(to: gateway.folder.appending(path: "leak.txt"))
            }
            if command.contains("token exchange") { page.set("OURS", output) }
            if let id = output.firstMatch(of: /: (l-[a-z0-9]+), until/)?.1 {
                page.set("LOCK", String(id))
            }
        }
        #expect(gateway.stop() == 0)
    }

    @Test func noSectionIsLeftOut() throws {
        #expect(try PageCommands.all().mapValues(\.count) == Self.sections)
    }

    @Test func eachCommandOnCredentialsIsOnThePage() throws {
        let help = try Shell.run([GatewayProcess.binary, "--experimental-dump-help"])
        let root = try StrictJSON.parse(Array(help.output.utf8))["command"]
        let groups = ["keys", "token", "lock", "login", "logout", "bootstrap", "whoami"]
        let commands = groups.flatMap { group in
            Self.subcommands(of: root).filter { $0["commandName"]?.string == group }
                .flatMap(Self.names)
        }
        #expect(commands.count == 16, "\(commands)")
        let typed = try PageCommands.all().values.flatMap { $0 }
        for command in commands {
            #expect(typed.contains { $0.contains("maxine \(command)") }, "maxine \(command)")
        }
    }

    private static func subcommands(of command: JSONValue?) -> [JSONValue] {
        guard case .array(let list)? = command?["subcommands"] else { return [] }
        return list.filter { $0["commandName"]?.string != "help" }
    }

    /// The whole names of a command's parts; its own if it has none.
    private static func names(_ command: JSONValue) -> [String] {
        let own = command["commandName"]?.string ?? ""
        let parts = subcommands(of: command).flatMap(names)
        return parts.isEmpty ? [own] : parts.map { "\(own) \($0)" }
    }

    private func start() throws -> GatewayProcess {
        let gateway = try GatewayProcess(policy: Self.policy, configuration: Self.configuration)
        try Data(TestTokens.set(mint.jwk()).utf8).write(
            to: gateway.folder.appending(path: "idp.jwks"))
        try gateway.start()
        return gateway
    }

    /// Gives the variables of a section what a reader would have.
    private func fill(
        _ page: inout PageCommands, for section: String, _ gateway: GatewayProcess
    ) throws {
        let now = Int64(Date().timeIntervalSince1970)
        page.set("FILE", "leak.txt")
        page.set("JTI", "t-1")
        page.set(
            "TOKEN",
            mint.token(
                claims: TestTokens.claims(
                    now, ["groups": #"["ops"]"#, "jti": #""s-1""#, "exp": "\(now + 3_000)"])))
        let pod = mint.token(
            claims: TestTokens.claims(
                now,
                [
                    "iss": #""https://cluster.example""#,
                    "sub": #""system:serviceaccount:default:web""#,
                    "kubernetes.io":
                        #"{"namespace":"default","serviceaccount":{"name":"web"}}"#,
                ]))
        try Data(pod.utf8).write(to: gateway.folder.appending(path: "pod.token"))
        guard section == "Revoking certificates" else { return }
        let issued = try gateway.maxine("identity", "issue", "--service", "web", "--out", "web")
        #expect(issued.status == 0, "\(issued.error)")
        let serial = try Shell.run(
            ["openssl", "x509", "-noout", "-serial", "-in", "web/svid.pem"],
            directory: gateway.folder)
        page.set(
            "SERIAL",
            serial.output.trimmingCharacters(in: .whitespacesAndNewlines)
                .replacing("serial=", with: ""))
        // Of the second, so that the operator's own certificate stays good.
        for _ in 0..<2 {
            let rotated = try gateway.maxine("ca", "rotate", "--json")
            #expect(rotated.status == 0, "\(rotated.error)")
            let old = rotated.output.firstMatch(of: /"old":\["([0-9a-f]{40})"\]/)?.1
            page.set("AUTHORITY", String(old ?? ""))
        }
    }
}
