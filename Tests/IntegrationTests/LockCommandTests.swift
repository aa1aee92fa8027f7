import Foundation
import Support
import Testing

/// Locks and `whoami` by the commands, as docs/credentials.md tells it.
@Suite(.serialized) struct LockCommandTests {
    private static let policy = """
        maxine_policy: 1
        name: locks
        bindings:
          - { role: admin, subjects: [{ spiffe: "spiffe://{trust_domain}/operator/*" }] }
          - { role: service, subjects: [{ spiffe: "spiffe://{trust_domain}/ns/*/dc/*/svc/*" }] }
        acl:
          - { id: admins, effect: allow, subjects: [role:admin], actions: [service.*, identity.issue], resources: { services: ["*"] } }
        """

    @Test func aLockedServiceIsOutUntilTheLockIsGone() throws {
        let gateway = try GatewayProcess.started(policy: Self.policy)
        let issued = try gateway.maxine("identity", "issue", "--service", "web", "--out", "web")
        #expect(issued.status == 0, "\(issued.error)")
        func whoAmI() throws -> Shell.Result {
            try gateway.maxine(
                "whoami", "--cert", "web/svid.pem", "--key", "web/svid.key", "--cacert",
                "web/bundle.pem")
        }
        let before = try whoAmI()
        #expect(before.status == 0, "\(before.error)")
        #expect(before.output.contains("spiffe://maxine.local/ns/default/dc/dc1/svc/web"))
        #expect(before.output.contains("policy policy.yaml:5"), "\(before.output)")
        let locked = try gateway.maxine("lock", "add", "--service", "web", "--reason", "a test")
        #expect(locked.status == 0, "\(locked.error)")
        let after = try whoAmI()
        #expect(after.status == 4)
        #expect(after.error.contains("whom the certificate names is locked"), "\(after.error)")
        gateway.crash()
        try gateway.start()
        #expect(try whoAmI().status == 4, "the log has the lock")
        let list = try gateway.maxine("lock", "list", "--json")
        let id = try #require(list.output.firstMatch(of: /"id":"(l-[a-z0-9]+)"/)?.1)
        #expect(try gateway.maxine("lock", "remove", String(id)).status == 0)
        #expect(try whoAmI().status == 0)
        #expect(try gateway.maxine("lock", "remove", String(id)).status == 1)
        #expect(try gateway.maxine("lock", "add", "--reason", "nobody").status == 2)
        let own = try gateway.maxine(
            "lock", "add", "--spiffe", "spiffe://maxine.local/operator/operator", "--reason", "x")
        #expect(own.status == 1)
        #expect(own.error.contains("it would lock you, too"), "\(own.error)")
        #expect(gateway.stop() == 0)
    }
}
