import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// What a session was opened with is known for as long as it lives, also after a restart.
@Suite(.timeLimit(.minutes(10))) struct SessionProofTests {
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    private func revoke(_ gateway: InProcessGateway, _ body: String) async throws {
        let answer = try await gateway.curl("POST", InProcessGateway.auth + "revoke", body: body)
        #expect(answer.status == 204, "\(answer.body)")
    }

    @Test func aTokenThatIsRevokedAfterARestartTakesItsSessionAlong() async throws {
        let gateway = try people.gateway()
        let (one, other) = try await gateway.serving { gateway in
            (
                try await people.login(gateway, "alice", ["jti": #""t-1""#]),
                try await people.login(gateway, "alice", ["jti": #""t-2""#])
            )
        }
        try await gateway.serving { gateway in
            #expect(try await gateway.ask(one.bearer).status == 200)
            try await revoke(gateway, #"{"provider":"idp","token":"t-1"}"#)
            #expect(try await gateway.ask(one.bearer).status == 401)
            #expect(try await gateway.ask(other.bearer).status == 200)
        }
    }

    /// A revocation is of what was issued until then.
    @Test func whoSignsOnAfterARevocationStaysSignedOn() async throws {
        let gateway = try people.gateway()
        let opened = try await gateway.serving { gateway in
            try await revoke(gateway, #"{"provider":"idp","holder":"idp/alice"}"#)
            gateway.clock.advance(by: .seconds(120))
            let opened = try await people.login(gateway)
            #expect(try await gateway.ask(opened.bearer).status == 200)
            return opened
        }
        try await gateway.serving { gateway in
            let again = try await gateway.ask(opened.bearer)
            #expect(again.status == 200)
        }
    }

    @Test func anOperatorsCertificateIsKnownAfterARestart() async throws {
        let gateway = try people.gateway()
        let opened = try await gateway.serving { gateway in
            try OpenedSession(await gateway.curl("POST", InProcessGateway.auth + "login"))
        }
        try await gateway.serving { gateway in
            // An authority that it does not come from takes nothing along.
            for _ in 0..<2 {
                let rotated = try await gateway.curl("POST", "/api/maxine/ca/rotate")
                #expect(rotated.status == 200, "\(rotated.body)")
            }
            let ledger = try await gateway.curl("GET", "/api/maxine/ca")
            guard case .array(let authorities)? = ledger.json?["authorities"] else { return }
            let names = authorities.filter { $0["kind"]?.string == "intermediate" }
                .compactMap { $0["authority"]?.string }
            try #require(names.count == 3)
            let revoked = try await gateway.revoke(#""authority":"\#(names[1])""#)
            #expect(revoked.status == 200, "\(revoked.body)")
            #expect(try await gateway.ask(opened.bearer).status == 200)
            let serial = try await gateway.serial(of: "certs/operator.pem")
            // It cuts the very connection that it is asked on, so nobody hears the answer.
            _ = try? await gateway.revoke(#""serial":"\#(serial)""#)
            #expect(try await gateway.ask(opened.bearer).status == 401)
        }
    }

    /// Whatever policy says: a session is for a person.
    @Test func aServiceOpensNoneAlsoWherePolicyLetsIt() async throws {
        let policy = SessionFixture.policy.replacing(
            "{ anonymous: true }",
            with: #"{ anonymous: true }, { spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }"#)
        try await people.gateway(policy: policy).serving { gateway in
            try await gateway.issue("web")
            let refused = try await gateway.curl("POST", InProcessGateway.auth + "login", as: "web")
            #expect(refused.status == 403)
            #expect(refused.body.contains("no-sign-on"), "\(refused.body)")
        }
    }
}
