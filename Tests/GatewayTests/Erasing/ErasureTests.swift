import Foundation
import StrictJSON
import Support
import Testing

@testable import Gateway

/// Two operators erase a person: nothing tells any more who the log speaks of, and the log stays as it is.
@Suite(.timeLimit(.minutes(10))) struct ErasureTests {
    private let house = ErasureHouse()

    /// Has the person do what leaves traces everywhere, and returns their session and key.
    private func leaveTraces(
        in gateway: InProcessGateway
    ) async throws -> (session: OpenedSession, key: MadeKey) {
        let session = try await gateway.signOnPerson()
        let registered = try await gateway.askAsPerson(
            "PUT", "/api/maxine/services/api/instances/a-1",
            #"{"address":"10.0.0.7","port":8080,"ttlSeconds":3600}"#, headers: [session.bearer])
        #expect(registered.status == 201, "\(registered.body)")
        let key = try MadeKey(
            await gateway.askAsPerson(
                "POST", InProcessGateway.keys, #"{"name":"mine","scopes":["all"]}"#,
                headers: [session.bearer]))
        let used = try await gateway.askAsPerson(
            "GET", InProcessGateway.status, headers: ["X-API-Key: \(key.text)"])
        #expect(used.status == 200, "\(used.body)")
        let roles = try await gateway.curl(
            "PUT", "/api/maxine/user/roles",
            body: #"{"user":"corp/\#(ErasureHouse.name)","roles":["viewer"]}"#)
        #expect(roles.status == 200, "\(roles.body)")
        let ended = try await gateway.askAsPerson(
            "POST", InProcessGateway.auth + "login",
            DirectoryFixture.body(ErasureHouse.name, "wrong"))
        #expect(ended.status == 401)
        return (session, key)
    }

    @Test func nothingOfThePersonIsLeftInAnyFile() async throws {
        let gateway = try house.gateway()
        let data = FolderSearch(gateway.folder.appending(path: "data"))
        try await gateway.serving { gateway in
            try await gateway.makeOperator("second")
            let (session, key) = try await leaveTraces(in: gateway)
            #expect(
                try data.holding(ErasureHouse.canaries).contains { $0.contains("credentials") },
                "the search finds what is there")
            let proposed = try await gateway.propose()
            #expect(proposed.status == 201, "\(proposed.body)")
            let pseudonym = try #require(
                proposed.json?["pseudonyms"].flatMap { "\($0)" }?.firstMatch(of: /p-[a-z0-9]+/)?.0)
            let done = try await gateway.confirm(proposed.id, as: "second")
            #expect(done.status == 200, "\(done.body)")
            #expect(done.body.contains(session.id) && done.body.contains(key.id), "\(done.body)")
            #expect(done.body.contains(pseudonym))
            #expect(try data.holding(ErasureHouse.canaries) == [])
            let after = try await gateway.ask(session.bearer)
            #expect(after.status == 401)
            let byKey = try await gateway.use(key.text)
            #expect(byKey.status == 401)
            let roles = try await gateway.curl("GET", "/api/maxine/user/roles")
            #expect(!roles.body.contains("canaria"), "\(roles.body)")
        }
        #expect(try data.holding(ErasureHouse.canaries) == [], "stopped")
        gateway.expectWholeLog()
        #expect(!gateway.logText().contains("canaria"))
        try await gateway.serving { _ in }
        #expect(try data.holding(ErasureHouse.canaries) == [], "started again")
    }
}
