import Gateway
import StrictJSON
import Support
import Testing

/// A lock reaches what its user has signed on with, and stands in the way of signing on.
@Suite(.timeLimit(.minutes(10))) struct LockedSessionTests {
    @Test func aSessionIsRefusedWithItsHolderAndSaysWhatItIs() async throws {
        let house = try SessionFixture()
        try await house.gateway().serving { gateway in
            let session = try await house.login(gateway)
            let who = try await gateway.bear(session.secret, "GET", AccessFixture.whoAmI)
            #expect(who.json?["id"]?.string == "idp/alice", "\(who.body)")
            #expect(who.json?["method"]?.string == "session")
            #expect(who.json?["credential"]?["kind"]?.string == "session")
            #expect(who.json?["credential"]?["id"]?.string == session.id)
            let made = try await gateway.lock("user", "Alice")
            #expect(made.status == 201, "\(made.body)")
            let refused = try await gateway.bear(session.secret, "GET", AccessFixture.whoAmI)
            #expect(refused.status == 401)
            let another = try? await house.login(gateway)
            #expect(another == nil, "nor is there a new one")
            #expect(try await gateway.unlock(made.id).status == 204)
            let after = try await gateway.bear(session.secret, "GET", AccessFixture.whoAmI)
            #expect(after.status == 200)
        }
    }
}
