import Foundation
import Gateway
import Support
import Testing

/// Who may use the bootstrap without a token, and who may begin it anew.
@Suite(.timeLimit(.minutes(10))) struct BootstrapRightsTests {
    private static let path = InProcessGateway.auth + "bootstrap"

    /// What opens a session elsewhere opens none here, and spends nothing.
    @Test func whoHasNoOperatorsCertificateNeedsTheToken() async throws {
        let people = try SessionFixture()
        try await people.gateway().serving { gateway in
            let alice = try await people.login(gateway)
            for header in [
                alice.bearer, "authorization: Bearer \(people.token(gateway))",
            ] {
                let refused = try await gateway.post("bootstrap", "{}", headers: [header])
                #expect(refused.status == 403, "\(refused.body)")
            }
            try await gateway.issue("web")
            let service = try await gateway.curl("POST", Self.path, body: "{}", as: "web")
            #expect(service.status == 403, "\(service.body)")
            let good = try await gateway.useBootstrap(try gateway.bootstrapToken())
            #expect(good.status == 201, "nothing was spent")
        }
    }

    @Test func onlyAnOperatorResetsWhateverRoleSomebodyHas() async throws {
        let people = try SessionFixture()
        let policy = SessionFixture.policy.replacing(
            "bindings:", with: "bindings:\n  - { role: admin, subjects: [{ user: idp/alice }] }")
        let gateway = try people.gateway(policy: policy)
        try await gateway.serving { gateway in
            let alice = try await people.login(gateway)
            let refused = try await gateway.curl(
                "DELETE", Self.path, headers: [alice.bearer], at: gateway.peopleAddress)
            #expect(refused.status == 403)
            #expect(refused.body.contains("operators-only"), "\(refused.body)")
        }
        // Nor does the next start read a reset in the log.
        try await gateway.serving { gateway in
            let good = try await gateway.useBootstrap(try gateway.bootstrapToken())
            #expect(good.status == 201, "nothing was reset")
        }
    }

    /// A reset is in the log: no copy of the store from before it has a token that is good.
    @Test func anOldCopyOfTheStoreBringsBackNoTokenFromBeforeAReset() async throws {
        let gateway = try InProcessGateway()
        let store = gateway.folder.appending(path: "data/credentials.sqlite")
        let token = try await gateway.serving { gateway -> String in try gateway.bootstrapToken() }
        let copy = try Data(contentsOf: store)
        try await gateway.serving { gateway in
            let reset = try await gateway.curl("DELETE", Self.path)
            #expect(reset.status == 200)
        }
        for end in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: store.path + end)
        }
        try copy.write(to: store)
        try await gateway.serving { gateway in
            let refused = try await gateway.useBootstrap(token)
            #expect(refused.status == 401)
        }
    }
}
