import Auth
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What a session takes over from what it was opened with: the certificate that a token is bound to, the end of an operator's.
@Suite(.timeLimit(.minutes(10))) struct SessionBindingTests {
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    /// A token of alice's that is good with the certificate of `web` only.
    private func boundToken(_ gateway: InProcessGateway) async throws -> String {
        for service in ["web", "api"] { try await gateway.issue(service) }
        let digest = try await Shell.run(
            aside: [
                "sh", "-c",
                "openssl x509 -in web/svid.pem -outform DER | openssl dgst -sha256 -binary"
                    + " | base64 -w0",
            ], directory: gateway.folder)
        let bytes = try #require(Data(base64Encoded: digest.output))
        return people.token(
            gateway, "alice", ["cnf": #"{"x5t#S256":"\#(TestTokens.encode(bytes))"}"#])
    }

    @Test func aBoundTokenOpensASessionThatIsGoodWithItsCertificateOnly() async throws {
        let gateway = try people.gateway()
        let opened = try await gateway.serving { gateway in
            let token = try await boundToken(gateway)
            let login = InProcessGateway.auth + "login"
            let bearer = "authorization: Bearer \(token)"
            let other = try await gateway.curl("POST", login, as: "api", headers: [bearer])
            #expect(other.status == 401, "another's certificate: \(other.body)")
            let without = try await gateway.post("login", headers: [bearer])
            #expect(without.status == 401, "none: \(without.body)")
            let opened = try OpenedSession(
                await gateway.curl("POST", login, as: "web", headers: [bearer]))
            try await expectGoodWithWebOnly(opened, gateway)
            let who = try await gateway.curl(
                "GET", InProcessGateway.auth + "whoami", as: "web", headers: [opened.bearer])
            #expect(who.json?["strength"]?.string == "bound", "\(who.body)")
            return opened
        }
        try await gateway.serving { gateway in try await expectGoodWithWebOnly(opened, gateway) }
    }

    private func expectGoodWithWebOnly(
        _ opened: OpenedSession, _ gateway: InProcessGateway
    ) async throws {
        for (identity, expected) in [("web", 200), ("api", 401), ("web", 200)] {
            let answer = try await gateway.curl(
                "GET", InProcessGateway.status, as: identity, headers: [opened.bearer])
            #expect(answer.status == expected, "\(identity)")
        }
        #expect(try await gateway.ask(opened.bearer).status == 401)
    }

    /// An operator's session ends with the certificate, however long sessions may live.
    @Test func aCertificatesEndIsItsSessionsEnd() async throws {
        let gateway = try people.gateway {
            $0.sessions.absoluteSeconds = AuthLimits.sessionSecondsMax
            $0.sessions.idleSeconds = AuthLimits.sessionSecondsMax
        }
        try await gateway.serving { gateway in
            let text = try await Shell.run(
                aside: [
                    "sh", "-c",
                    "date -d \"$(openssl x509 -in certs/operator.pem -noout -enddate | cut -d= -f2)\" +%s",
                ], directory: gateway.folder)
            let end = try #require(
                Int64(text.output.trimmingCharacters(in: .whitespacesAndNewlines)))
            let left = end - gateway.clock.nanoseconds / 1_000_000_000
            gateway.clock.advance(by: .seconds(left - 600))
            // The listener's own certificate has ended by the test's clock, not by curl's.
            let opened = try OpenedSession(
                await gateway.curl("POST", InProcessGateway.auth + "login", options: ["-k"]))
            #expect(try await gateway.ask(opened.bearer, options: ["-k"]).status == 200)
            gateway.clock.advance(by: .seconds(601))
            let refused = try await gateway.ask(opened.bearer, options: ["-k"])
            #expect(refused.status == 401)
            #expect(try gateway.why(refused).contains("session_expired"))
        }
    }

    /// A token that speaks for a service is no person's.
    @Test func aServicesTokenOpensNone() async throws {
        let policy = SessionFixture.policy.replacing(
            "{ anonymous: true }",
            with: #"{ anonymous: true }, { spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }"#)
        let gateway = try people.gateway(policy: policy) {
            $0.tokenIssuers[0].mapping.service = ServiceMapping(name: ClaimPath("sub"))
        }
        try await gateway.serving { gateway in
            let bearer = "authorization: Bearer \(people.token(gateway, "web"))"
            let refused = try await gateway.post("login", headers: [bearer])
            #expect(refused.status == 403)
            #expect(refused.body.contains("no-sign-on"), "\(refused.body)")
            let list = try await gateway.curl("GET", InProcessGateway.auth + "sessions?all=true")
            #expect(list.body == #"{"sessions":[]}"#)
        }
    }
}
