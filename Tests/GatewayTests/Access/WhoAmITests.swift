import Gateway
import StrictJSON
import Support
import Testing

/// Everybody learns who they are taken for, by what, and where their roles come from.
@Suite(.timeLimit(.minutes(10))) struct WhoAmITests {
    let house: AccessFixture

    init() throws {
        house = try AccessFixture()
    }

    private static func texts(_ roles: JSONValue?) -> [String] {
        guard case .array(let all)? = roles else { return [] }
        return all.map { role in
            ["role", "from", "subject", "at"].compactMap { role[$0]?.string }.joined(separator: " ")
        }
    }

    @Test func eachCredentialSaysWhatItIs() async throws {
        try await house.gateway().serving { gateway in
            let certificate = try await gateway.curl("GET", AccessFixture.whoAmI).json
            #expect(certificate?["kind"]?.string == "operator")
            #expect(certificate?["method"]?.string == "mtls")
            #expect(certificate?["strength"]?.string == "certificate")
            #expect(certificate?["credential"]?["kind"]?.string == "certificate")
            #expect(certificate?["credential"]?["id"]?.string?.isEmpty == false)
            #expect(certificate?["credential"]?["expiresAt"]?.string?.hasPrefix("20") == true)
            #expect(
                Self.texts(certificate?["roles"]) == [
                    "admin policy spiffe: spiffe://maxine.local/operator/* policy.yaml:8"
                ])
            let token = try await gateway.bear(
                house.token(gateway, "alice"), "GET", AccessFixture.whoAmI
            ).json
            #expect(token?["id"]?.string == "idp/alice" && token?["provider"]?.string == "idp")
            #expect(token?["method"]?.string == "jwt" && token?["strength"]?.string == "bearer")
            #expect(token?["credential"]?["id"]?.string == "of-alice")
            #expect(token?["credential"]?["issuer"]?.string == "https://idp.example")
            #expect(token?["groups"] == .array([.string("ops")]))
            #expect(
                Self.texts(token?["roles"]) == ["viewer policy group: idp/ops policy.yaml:11"])
            let made = try await gateway.makeKey(#""scopes":["look"]"#)
            let key = try await gateway.use(made.text, "GET", AccessFixture.whoAmI)
            #expect(key.json?["credential"]?["id"]?.string == made.id)
            #expect(key.json?["scopes"] == .array([.string("look")]))
            #expect(key.json?["owner"]?["kind"]?.string == "operator")
            #expect(
                Self.texts(key.json?["roles"]) == [
                    "keeper policy api_key_scope: look policy.yaml:10",
                    "viewer policy api_key_scope: look policy.yaml:11",
                ])
            #expect(Self.texts(key.json?["owner"]?["roles"]).first?.hasPrefix("admin") == true)
            #expect(key.json?["strength"]?.string == "bearer")
            #expect(!key.body.contains(made.secret.prefix(20)))
            let bound = try await gateway.makeKey(
                #""scopes":["look"],"spiffeId":"spiffe://maxine.local/operator/operator""#)
            let beside = try await gateway.use(bound.text, "GET", AccessFixture.whoAmI)
            #expect(beside.json?["strength"]?.string == "bound", "\(beside.body)")
        }
    }

    @Test func whoHasNoRoleMayAskAndWhoIsNobodyMayNot() async throws {
        try await house.gateway().serving { gateway in
            let stranger = house.token(gateway, "nobody", groups: "[]")
            #expect(try await gateway.bear(stranger).status == 403)
            let answer = try await gateway.bear(stranger, "GET", AccessFixture.whoAmI)
            #expect(answer.status == 200)
            #expect(answer.json?["roles"] == .array([]))
            let anonymous = try await gateway.curl(
                "GET", AccessFixture.whoAmI, at: gateway.peopleAddress)
            #expect(anonymous.status == 401)
            let records = try gateway.journal().filter { $0["action"]?.string == "session.read" }
            #expect(records.map { $0["status"]?.integer } == [200, 401])
        }
    }

    @Test func aLockedRoleSaysWhichLockIsOnIt() async throws {
        try await house.gateway().serving { gateway in
            let made = try await gateway.lock("role", "viewer")
            let answer = try await gateway.bear(
                house.token(gateway, "alice"), "GET", AccessFixture.whoAmI)
            guard case .array(let roles)? = answer.json?["roles"] else {
                Issue.record("\(answer.body)")
                return
            }
            #expect(roles.first?["lock"]?.string == made.id)
        }
    }
}
