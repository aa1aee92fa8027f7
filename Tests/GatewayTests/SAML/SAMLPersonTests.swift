import StrictJSON
import Support
import Testing

/// What somebody is who signed on by SAML: a group counts as one of that provider's and as one of any provider's, and is told once.
@Suite(.timeLimit(.minutes(10))) struct SAMLPersonTests {
    @Test func aGroupAndARoleAreToldOnce() async throws {
        let house = try SAMLHouse()
        try await house.gateway().serving { gateway in
            let opened = try await gateway.signOn(at: house)
            let told = try await gateway.ask(opened.cookie, path: "/api/maxine/auth/whoami")
            let person = try StrictJSON.parse(Array(told.body.utf8))
            #expect(person["groups"] == .array([.string("ops")]), "\(told.body)")
            guard case .array(let roles)? = person["roles"] else {
                throw TestFault(description: told.body)
            }
            #expect(roles.count == 2, "each binding is told, since it says where a role is from")
            let page = try await gateway.ask(opened.cookie, path: "/me").body
            #expect(page.ranges(of: "<li>ops</li>").count == 1, "\(page)")
            #expect(page.ranges(of: "<li>viewer").count == 1, "\(page)")
        }
    }
}
