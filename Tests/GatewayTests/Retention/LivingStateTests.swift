import Foundation
import Support
import Testing

@testable import Gateway

/// What the log alone says, or says against a store that was put back, holds on when its records are gone.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: Shell.has("openssl"), "the openssl command is not installed"))
struct LivingStateTests {
    private static let holds = "/api/maxine/audit/holds"

    @Test func whatWasRevokedLockedHeldOrGivenStaysSo() async throws {
        let house = try AccessFixture()
        let gateway = try house.gateway { $0.keepLittle() }
        let store = gateway.left.path("data/credentials.sqlite")
        let key = try await gateway.serving { gateway in
            try await gateway.issue("web")
            return try await gateway.makeKey(#""scopes":["look"]"#)
        }
        let old = try Data(contentsOf: URL(fileURLWithPath: store))
        try await gateway.serving { gateway in
            #expect(try await gateway.use(key.text).status == 200)
            let serial = try await gateway.serial(of: "web/svid.pem")
            #expect(try await gateway.revoke(#""serial":"\#(serial)""#).status == 200)
            try await gateway.askOften(
                "POST", "/api/maxine/auth/revoke", body: #"{"provider":"idp","token":"of-alice"}"#,
                204)
            try await gateway.askOften(
                "DELETE", "\(InProcessGateway.keys)/\(key.id)", 204)
            try await gateway.askOften(
                "PUT", "/api/maxine/user/roles", body: #"{"user":"idp/dora","roles":["viewer"]}"#,
                200)
            #expect(try await gateway.lock("user", "idp/bob").status == 201)
            try await gateway.askOften(
                "POST", Self.holds, body: #"{"name":"later","reason":"a court","from":1000000}"#,
                201)
            let last = try await gateway.curl("GET", Self.holds).sequence
            #expect(try await gateway.prune() > last)
            #expect(try gateway.records("session.revoke").isEmpty)
        }
        for end in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: store + end) }
        try old.write(to: URL(fileURLWithPath: store))
        for _ in 0..<2 {
            try await gateway.serving { gateway in
                func status(_ user: String, _ groups: String = #"["ops"]"#) async throws -> Int {
                    try await gateway.bear(house.token(gateway, user, groups: groups)).status
                }
                #expect(try await status("alice") == 401)
                #expect(try await status("bob") == 401)
                #expect(try await status("carol") == 200)
                #expect(try await status("dora", "[]") == 200)
                #expect(try await gateway.use(key.text).status == 401)
                #expect(try await gateway.answer(to: .issued("web")).isEmpty)
                let holds = try await gateway.curl("GET", Self.holds)
                #expect(holds.body.contains("\"later\""), "\(holds.body)")
                #expect(try await gateway.page("/readyz").status == 200)
            }
        }
    }

    @Test func whoWasErasedStaysSoAndAProposalIsConfirmedLater() async throws {
        let house = ErasureHouse()
        let gateway = try house.gateway { $0.keepLittle() }
        let files = ["persons.sqlite", "credentials.sqlite"]
        let proposal = try await gateway.serving { gateway in
            try await gateway.makeOperator("second")
            _ = try await gateway.signOnPerson()
            let proposal = try await gateway.propose().id
            let last = try await gateway.curl("GET", ErasureHouse.erasures).sequence
            #expect(try await gateway.prune() > last)
            return proposal
        }
        let copies = try files.map { try gateway.left.bytes("data/\($0)") }
        try await gateway.serving { gateway in
            #expect(try await gateway.confirm(proposal).status == 403, "who proposed it")
            let done = try await gateway.confirm(proposal, as: "second")
            #expect(done.status == 200, "\(done.body)")
            #expect(try await gateway.prune() > done.sequence)
        }
        let data = FolderSearch(gateway.folder.appending(path: "data"))
        #expect(try data.holding(ErasureHouse.canaries) == [])
        for (file, bytes) in zip(files, copies) {
            try gateway.left.write(bytes, to: "data/\(file)")
            try gateway.left.chmod("data/\(file)", 0o600)
        }
        #expect(try data.holding(ErasureHouse.canaries) != [])
        try await gateway.serving { _ in
            let found = try data.holding(ErasureHouse.canaries)
            #expect(found == [], "before anybody is served")
        }
        #expect(gateway.logText().contains("persons erased again because the log says so"))
    }
}
