import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The stores of keys and persons can't be written: nothing is made, what takes something away does, and all is as it was told.
@Suite(.timeLimit(.minutes(10))) struct KeyStoreFaultTests {
    private static let keys = InProcessGateway.keys

    private func expectUnavailable(_ answer: CurlAnswer) {
        #expect(answer.status == 503, "\(answer.body)")
        #expect(answer.body.contains("problem:credentials-unavailable"), "\(answer.body)")
        #expect(answer.body.contains("another process uses the file"), "\(answer.body)")
        #expect(!answer.body.contains("mxk_"))
    }

    private func ids(_ gateway: InProcessGateway) async throws -> Set<String> {
        let list = try await gateway.curl("GET", Self.keys).json
        guard case .array(let keys)? = list?["keys"] else { return [] }
        return Set(keys.compactMap { $0["id"]?.string })
    }

    @Test func noKeyIsMadeOrChangedThatIsNotOnDiskAndARevokedOneIsRevoked() async throws {
        let gateway = try InProcessGateway(policy: KeyPolicy.text)
        let (kept, revoked, crashed) = try await gateway.serving { gateway in
            let kept = try await gateway.makeKey()
            let revoked = try await gateway.makeKey()
            let crashed = try await gateway.withoutWriting {
                let made = try await gateway.curl(
                    "POST", Self.keys, body: #"{"scopes":["registry:read"]}"#)
                expectUnavailable(made)
                let rotated = try await gateway.curl(
                    "POST", "\(Self.keys)/\(kept.id)/rotate", body: #"{"graceSeconds":0}"#)
                expectUnavailable(rotated)
                #expect(try await gateway.use(kept.text).status == 200, "it has its secret")
                let ended = try await gateway.curl("DELETE", "\(Self.keys)/\(revoked.id)")
                expectUnavailable(ended)
                #expect(try await gateway.use(revoked.text).status == 401)
                return try gateway.asAfterACrash()
            }
            #expect(try await ids(gateway) == [kept.id, revoked.id])
            let statuses = try gateway.journal().filter { $0["type"]?.string == "outcome" }
                .compactMap { $0["status"]?.integer }
            #expect(statuses.filter { $0 == 503 }.count == 3, "\(statuses)")
            return (kept, revoked, crashed)
        }
        for next in [crashed, gateway] {
            try await next.serving { gateway in
                let good = try await gateway.use(kept.text)
                #expect(good.status == 200)
                #expect(try await gateway.use(revoked.text).status == 401)
                #expect(try await ids(gateway) == [kept.id, revoked.id])
            }
        }
    }

    @Test func aRevocationAndTheLastUseAreWrittenLater() async throws {
        let gateway = try InProcessGateway(policy: KeyPolicy.text)
        gateway.clock.setWall(by: .seconds(-3600))
        let (used, revoked) = try await gateway.serving { gateway in
            let (used, revoked) = (try await gateway.makeKey(), try await gateway.makeKey())
            try await gateway.withoutWriting {
                expectUnavailable(try await gateway.curl("DELETE", "\(Self.keys)/\(revoked.id)"))
                gateway.clock.advance(by: .seconds(60))
                #expect(try await gateway.use(used.text).status == 200)
                try await gateway.tick(.keys)
                #expect(gateway.logText().contains("when API keys were used last is not stored"))
            }
            try await gateway.tick(.keys)
            return (used, revoked)
        }
        let store = try Data(contentsOf: gateway.folder.appending(path: "data/credentials.sqlite"))
        #expect(store.range(of: Data(revoked.id.utf8)) != nil)
        try await gateway.serving { gateway in
            let shown = try await gateway.curl("GET", "\(Self.keys)/\(used.id)").json
            #expect(shown?["lastUsedAt"]?.string != nil)
            let ended = try await gateway.curl("GET", "\(Self.keys)/\(revoked.id)").json
            #expect(ended?["state"]?.string == "revoked")
        }
        #expect(!gateway.logText().contains("API keys ended again"), "the store had it")
    }

    /// Locks and given roles stand in the log; what the log needs for a person's name stands in a store.
    @Test func noLockAndNoRoleBeginsInTheLogWhoseUserCantBeHidden() async throws {
        let house = try AccessFixture()
        let gateway = try house.gateway()
        try await gateway.serving { gateway in
            let roles = "/api/maxine/user/roles"
            try await gateway.withoutWriting("persons.sqlite") {
                expectUnavailable(try await gateway.lock("user", "idp/alice"))
                expectUnavailable(
                    try await gateway.curl(
                        "PUT", roles, body: #"{"user":"idp/bob","roles":["viewer"]}"#))
                let service = try await gateway.lock("service", "web")
                #expect(service.status == 201, "who is no person needs none")
                // Somebody new is not heard at all: no record could tell who it was.
                let refused = try await gateway.bear(house.token(gateway, "dora"))
                #expect(refused.status == 503)
            }
            let begun = try gateway.journal().filter { $0["type"]?.string == "intent" }
            #expect(begun.count == 1, "\(begun)")
            #expect(try await gateway.bear(house.token(gateway, "alice")).status == 200)
        }
        try await gateway.serving { gateway in
            let list = try await gateway.curl("GET", AccessFixture.locks)
            #expect(list.body.contains("default/web") && !list.body.contains("alice"))
            #expect(try await gateway.lock("user", "idp/alice").status == 201)
            #expect(try await gateway.bear(house.token(gateway, "alice")).status == 401)
        }
    }

    /// A start on a file that is damaged, or none: it says which and what to do, and makes nothing new in its place.
    @Test(arguments: ["credentials.sqlite", "persons.sqlite"])
    func aDamagedFileStopsTheStartAndIsLeftAlone(name: String) async throws {
        let gateway = try InProcessGateway(policy: KeyPolicy.text)
        let key = try await gateway.serving { try await $0.makeKey() }
        let file = gateway.folder.appending(path: "data/\(name)")
        let good = try Data(contentsOf: file)
        var scattered = good
        for place in stride(from: 100, to: scattered.count, by: 7) { scattered[place] = 0xA5 }
        for damaged in [
            Data("no database at all, but a text".utf8), scattered, good.dropLast(5_000),
        ] {
            try damaged.write(to: file)
            let error = await #expect(throws: (any Error).self) {
                try await gateway.serving { _ in }
            }
            let said = error.map { "\($0)" } ?? ""
            #expect(said.contains(name), "\(said)")
            #expect(said.contains("damaged") && said.contains("copy"), "\(said)")
            #expect(try Data(contentsOf: file) == damaged)
            for end in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: file.path + end)
            }
        }
        try good.write(to: file)
        try await gateway.serving { gateway in
            let answer = try await gateway.use(key.text)
            #expect(answer.status == 200)
        }
    }
}
