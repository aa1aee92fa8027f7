import Foundation
import StrictJSON
import Support
import Testing

/// Tokens of ours by the commands and by curl, as docs/credentials.md tells it.
@Suite(.serialized) struct TokenCommandTests {
    private static let policy = """
        maxine_policy: 1
        name: tokens
        roles:
          exchanger: { actions: [identity.token] }
          public: { actions: [federation.read] }
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: exchanger, subjects: [{ group: idp/ops }] }
          - { role: viewer, subjects: [{ group: idp/ops }] }
          - { role: public, subjects: [{ anonymous: true }] }
        """
    private let mint = TestTokens()

    private func start() throws -> GatewayProcess {
        let gateway = try GatewayProcess(
            policy: Self.policy,
            configuration: """
                tokens: { issuer: "https://maxine.example.org:8445", audiences: ["https://billing.example.org"] }
                auth:
                  jwt:
                    - { name: idp, issuer: "https://idp.example", audiences: [maxine], algorithms: [ES256], jwks_file: ./idp.jwks }

                """)
        try Data(TestTokens.set(mint.jwk()).utf8).write(
            to: gateway.folder.appending(path: "idp.jwks"))
        try gateway.start()
        return gateway
    }

    private func subject() -> String {
        let now = Int64(Date().timeIntervalSince1970)
        return mint.token(
            claims: TestTokens.claims(
                now, ["groups": #"["ops"]"#, "jti": #""s-1""#, "exp": "\(now + 3_000)"]))
    }

    private func run(
        _ arguments: [String], at address: String, token: String? = nil, input: String = "",
        in gateway: GatewayProcess
    ) throws -> Shell.Result {
        var environment = ["MAXINE_ADDR": address]
        environment["MAXINE_TOKEN"] = token
        return try Shell.run(
            [GatewayProcess.binary, "token"] + arguments, input: input, environment: environment,
            directory: gateway.folder)
    }

    @Test func exchangeAndInspect() throws {
        let gateway = try start()
        let (people, subject) = (gateway.peopleAddress, subject())
        let made = try run(["exchange"], at: people, token: subject, in: gateway)
        #expect(made.status == 0, "\(made.error)")
        #expect(made.error.contains("for idp/alice, good for 900 s"), "\(made.error)")
        let token = made.output.trimmingCharacters(in: .whitespacesAndNewlines)
        let used = try gateway.curl(
            "GET", "/api/maxine/status", headers: ["Authorization: Bearer \(token)"])
        #expect(used.status == 200)
        // A certificate that the command has beside it binds what it gets.
        let bound = try run(
            ["exchange", "-"], at: gateway.serviceAddress, input: subject + "\n", in: gateway)
        #expect(bound.status == 0 && bound.error.contains("with this client certificate only"))
        let shown = try run(["inspect", "-"], at: "", input: token, in: gateway)
        #expect(shown.status == 0, "\(shown.error)")
        for part in ["ES256", "https://maxine.example.org:8445", "idp/alice", "Z)"] {
            #expect(shown.output.contains(part), "\(part) in \(shown.output)")
        }
        let signature = token.split(separator: ".")[2]
        #expect(!shown.output.contains(signature) && shown.error.contains("nothing of this was"))
        let json = try run(["inspect", "--json", "-"], at: "", input: token, in: gateway)
        let value = try StrictJSON.parse(Array(json.output.utf8))
        #expect(value["header"]?["typ"]?.string == "at+jwt")
        #expect(value["claims"]?["origin"]?["provider"]?.string == "idp")
        #expect(!json.output.contains(signature))
        let billing = try run(
            ["exchange", "--audience", "https://billing.example.org", "--json"], at: people,
            token: subject, in: gateway)
        #expect(billing.output.contains("\"expires_in\":900"), "\(billing.output)")
        for (arguments, input, status) in [
            (["exchange", "-"], "nonsense", Int32(4)), (["exchange", "-"], token, 1),
            (["exchange", "--audience", "x", "-"], subject, 1), (["exchange"], "", 2),
            (["exchange", "nothing.jwt"], "", 2), (["inspect", "-"], "a.b", 1),
        ] {
            let refused = try run(arguments, at: people, input: input, in: gateway)
            #expect(refused.status == status, "\(arguments): \(refused.error)")
            #expect(!refused.error.contains(subject.suffix(30)))
        }
        let signed = mint.token(
            claims: TestTokens.claims(Int64(Date().timeIntervalSince1970)))
        let denied = try run(["exchange", "-"], at: people, input: signed, in: gateway)
        #expect(denied.status == 3, "\(denied.error)")
        #expect(gateway.stop() == 0)
    }

    @Test func retireAKey() throws {
        let gateway = try start()
        let (service, people) = (gateway.serviceAddress, gateway.peopleAddress)
        let token = try run(["exchange", "-"], at: people, input: subject(), in: gateway).output
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let kid = CompactKeyID.of(token)
        func status() throws -> Int {
            try gateway.curl(
                "GET", "/api/maxine/status", headers: ["Authorization: Bearer \(token)"]
            ).status
        }
        #expect(try status() == 200)
        for arguments in [["retire-key"], ["retire-key", kid, "--all"]] {
            #expect(try run(arguments, at: service, in: gateway).status == 2)
        }
        let unknown = String(repeating: "A", count: 43)
        #expect(try run(["retire-key", unknown], at: service, in: gateway).status == 1)
        let dashed = "-" + unknown.dropLast()
        let misread = try run(["retire-key", dashed], at: service, in: gateway)
        #expect(misread.status == 2)
        #expect(misread.error.contains("goes behind --, as in: -- \(dashed)"), "\(misread.error)")
        let behind = try run(["retire-key", "--", dashed], at: service, in: gateway)
        #expect(behind.status == 1, "\(behind.error)")
        #expect(try status() == 200)
        let retired = try run(["retire-key", kid], at: service, in: gateway)
        #expect(retired.status == 0, "\(retired.error)")
        #expect(retired.output.contains("retired \(kid)\ntokens are signed with "))
        #expect(try status() == 401)
        let all = try run(["retire-key", "--all", "--json"], at: service, in: gateway)
        let value = try StrictJSON.parse(Array(all.output.utf8))
        guard case .array(let names)? = value["retired"] else {
            throw TestFault(description: "\(all.output)\(all.error)")
        }
        #expect(names.count == 2)
        #expect(gateway.stop() == 0)
    }

    /// The name of the key that signed a token.
    private enum CompactKeyID {
        static func of(_ token: String) -> String {
            let head = token.prefix { $0 != "." }.replacing("-", with: "+").replacing(
                "_", with: "/")
            let whole = String(head) + String(repeating: "=", count: (4 - head.count % 4) % 4)
            let bytes = Data(base64Encoded: whole).map { Array($0) } ?? []
            return (try? StrictJSON.parse(bytes))?["kid"]?.string ?? ""
        }
    }
}
