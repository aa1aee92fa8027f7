import Audit
import Auth
import Crypto
import Foundation
import Gateway
import StrictJSON
import Support
import Testing

/// The first person: in by a token that is good once and not for long, and out again with all that came of it.
@Suite(.timeLimit(.minutes(10))) struct BootstrapTests {
    private static let path = InProcessGateway.auth + "bootstrap"

    @Test func aTokenIsGoodOnceAndMakesAnOperator() async throws {
        try await InProcessGateway().serving { gateway in
            let token = try gateway.bootstrapToken()
            let stranger = String(decoding: SecretText(new: .bootstrap).bytes, as: UTF8.self)
            for other in [stranger, "mxb_", token + "0", String(token.dropLast())] {
                let refused = try await gateway.useBootstrap(other)
                #expect(refused.status == 401, "while one is good")
            }
            let opened = try OpenedSession(await gateway.useBootstrap(token))
            #expect(opened.answer.status == 201)
            let used = try await gateway.ask(opened.bearer)
            #expect(used.status == 200)
            let record = try gateway.record(of: used)
            #expect(
                record["principal"]?["id"]?.string == "spiffe://maxine.local/operator/bootstrap")
            #expect(record["principal"]?["auth"]?.string == "session")
            let again = try await gateway.useBootstrap(token)
            #expect(again.status == 401)
            let wrong = try await gateway.useBootstrap(String(token.dropLast()) + "x")
            #expect(wrong.status == 401)
            let strip = { (body: String) in body.replacing(#/\d+/#, with: "N") }
            #expect(strip(wrong.body) == strip(again.body), "which it was is not said")
            let text = try JournalFiles(of: gateway.folder).records().joined()
            #expect(!text.contains(token.dropFirst(4)))
            let log = gateway.logText()
            #expect(log.contains("bootstrap.token"), "it says where it lies, not what it is")
            #expect(!log.contains(token.dropFirst(4)))
        }
    }

    @Test func ofManyWhoBringItAtOnceOneGetsIn() async throws {
        try await InProcessGateway().serving { gateway in
            let token = try gateway.bootstrapToken()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await gateway.useBootstrap(token).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 1, "\(statuses)")
        }
    }

    @Test func itsTimeIsShortAlsoWhereTheClockIsSetBack() async throws {
        try await InProcessGateway().serving { gateway in
            let token = try gateway.bootstrapToken()
            gateway.clock.setWall(by: .seconds(-7200))
            gateway.clock.advance(by: .seconds(3600))
            let late = try await gateway.useBootstrap(token)
            #expect(late.status == 401)
        }
        let other = try InProcessGateway()
        try await other.serving { gateway in
            gateway.clock.advance(by: .seconds(3599))
            let good = try await gateway.useBootstrap(try gateway.bootstrapToken())
            #expect(good.status == 201)
        }
    }

    /// Its time goes on while the gateway is down.
    @Test func aRestartGivesItNoMoreTime() async throws {
        let gateway = try InProcessGateway()
        gateway.clock.setWall(by: .seconds(-7200))
        let token = try await gateway.serving { gateway -> String in try gateway.bootstrapToken() }
        gateway.clock.advance(by: .seconds(3600))
        try await gateway.serving { gateway in
            let late = try await gateway.useBootstrap(token)
            #expect(late.status == 401)
        }
    }

    @Test func aCrashLetsNobodyUseItTwice() async throws {
        let gateway = try InProcessGateway()
        let (crashed, token) = try await gateway.serving {
            gateway -> (InProcessGateway, String) in
            let text = try gateway.bootstrapToken()
            let first = try await gateway.useBootstrap(text)
            #expect(first.status == 201)
            return (try gateway.asAfterACrash(), text)
        }
        try await crashed.serving { gateway in
            let again = try await gateway.useBootstrap(token)
            #expect(again.status == 401)
        }
    }

    /// Neither an old copy of the store nor an intent that a crash left without an outcome makes it good again.
    @Test func whatTheLogSaysIsSpentStaysSo() async throws {
        let gateway = try InProcessGateway()
        let store = gateway.folder.appending(path: "data/credentials.sqlite")
        let token = try await gateway.serving { gateway -> String in
            try gateway.bootstrapToken()
        }
        let copy = try Data(contentsOf: store)
        let opened = try await gateway.serving { gateway -> OpenedSession in
            try OpenedSession(await gateway.useBootstrap(token))
        }
        for end in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: store.path + end)
        }
        try copy.write(to: store)
        try await gateway.serving { gateway in
            let again = try await gateway.useBootstrap(token)
            #expect(again.status == 401)
            #expect(try await gateway.ask(opened.bearer).status == 401, "lost with the store")
        }
    }

    @Test func aResetEndsAllThatCameOfIt() async throws {
        let gateway = try InProcessGateway()
        let (first, key, next) = try await gateway.serving {
            gateway -> (OpenedSession, MadeKey, String) in
            let first = try OpenedSession(await gateway.useBootstrap(try gateway.bootstrapToken()))
            let made = try MadeKey(
                await gateway.curl(
                    "POST", InProcessGateway.keys, body: #"{"scopes":["x"]}"#,
                    headers: [first.bearer], at: gateway.peopleAddress))
            #expect(try await gateway.use(made.text).status == 403, "good, and of no role")
            let refused = try await gateway.curl(
                "DELETE", Self.path, headers: ["x-api-key: \(made.text)"])
            #expect(refused.status == 403)
            let reset = try await gateway.curl("DELETE", Self.path)
            #expect(reset.status == 200, "\(reset.body)")
            let next = try #require(
                try StrictJSON.parse(Array(reset.body.utf8))["token"]?.string)
            #expect(try await gateway.ask(first.bearer).status == 401)
            #expect(try await gateway.use(made.text).status == 401)
            return (first, made, next)
        }
        try await gateway.serving { gateway in
            let over = try await gateway.ask(first.bearer)
            #expect(over.status == 401)
            #expect(try await gateway.use(key.text).status == 401)
            let second = try OpenedSession(await gateway.useBootstrap(next))
            #expect(try await gateway.ask(second.bearer).status == 200)
        }
    }

    /// A list says of its keys what a request with one meets, and what was open by them ends.
    @Test func keysOfABootstrapThatWasResetAreShownAsTheyAre() async throws {
        let policy = SessionFixture.policy.replacing(
            "{ group: idp/ops }", with: "{ group: idp/ops }, { api_key_scope: look }")
        let gateway = try InProcessGateway(policy: policy, outside: WatchQuietly.parts)
        try await gateway.serving { gateway in
            let first = try OpenedSession(await gateway.useBootstrap(try gateway.bootstrapToken()))
            let key = try await makeKey(first, at: gateway)
            let kept = try await gateway.makeKey(#""scopes":["look"]"#)
            #expect(try await states(gateway) == [key.id: "live", kept.id: "live"])
            let open = try await OpenConnections.open(
                by: "x-api-key: \(key.text)", at: gateway.peopleAddress, of: gateway)
            let reset = try await gateway.curl("DELETE", Self.path)
            let next = try #require(reset.json?["token"]?.string)
            let left = try await open.left(after: 1)
            #expect(left == [])
            open.close()
            #expect(try await states(gateway) == [key.id: "revoked", kept.id: "live"])
            let second = try OpenedSession(await gateway.useBootstrap(next))
            let rotated = try await gateway.curl(
                "POST", "\(InProcessGateway.keys)/\(key.id)/rotate", headers: [second.bearer],
                at: gateway.peopleAddress)
            #expect(rotated.status == 409, "nor does a new secret bring it back: \(rotated.body)")
            let made = try await makeKey(second, at: gateway)
            #expect(try await gateway.use(made.text).status == 200)
        }
    }

    /// What a key of the bootstrap waits for is not done for it any more.
    @Test func aSlowCallOfAKeyOfTheBootstrapEndsWithIt() async throws {
        let directory = FakeDirectory()
        var outside = OutsideParts()
        outside.tables = SampleGateway.tables(directory, DecodeCounter())
        let policy = SessionFixture.policy.replacing(
            "{ anonymous: true }", with: "{ anonymous: true }, { api_key_scope: look }")
        try await InProcessGateway(policy: policy, outside: outside).serving { gateway in
            let first = try OpenedSession(await gateway.useBootstrap(try gateway.bootstrapToken()))
            let key = try await makeKey(first, at: gateway)
            async let slow = gateway.curl(
                "POST", "/sample/sessions", body: #"{"user":"alice","password":"right"}"#,
                headers: ["x-api-key: \(key.text)"], at: gateway.peopleAddress)
            await directory.untilAsked(1)
            let reset = try await gateway.curl("DELETE", Self.path)
            #expect(reset.status == 200)
            let answer = try await slow
            #expect(answer.status == 401, "\(answer.body)")
            #expect(directory.cancelled.value == 1)
        }
    }

    private func makeKey(
        _ session: OpenedSession, at gateway: InProcessGateway
    ) async throws -> MadeKey {
        try MadeKey(
            await gateway.curl(
                "POST", InProcessGateway.keys, body: #"{"scopes":["look"]}"#,
                headers: [session.bearer], at: gateway.peopleAddress))
    }

    /// The states of all keys that a list shows.
    private func states(_ gateway: InProcessGateway) async throws -> [String: String] {
        let list = try await gateway.curl("GET", InProcessGateway.keys).json
        guard case .array(let keys)? = list?["keys"] else { return [:] }
        return Dictionary(
            uniqueKeysWithValues: keys.map {
                ($0["id"]?.string ?? "", $0["state"]?.string ?? "")
            })
    }

    @Test func anOperatorsCertificateNeedsNoTokenAndSpendsIt() async throws {
        try await InProcessGateway().serving { gateway in
            let token = try gateway.bootstrapToken()
            let refused = try await gateway.withoutWriting {
                try await gateway.curl("POST", Self.path, body: "{}")
            }
            #expect(refused.status == 503, "neither is done")
            let list = try await gateway.curl("GET", InProcessGateway.auth + "sessions?all=true")
            #expect(list.body == #"{"sessions":[]}"#)
            let answer = try await gateway.curl("POST", Self.path, body: "{}")
            #expect(answer.status == 201, "\(answer.body)")
            let file = gateway.folder.path + "/certs/bootstrap.token"
            #expect(!FileManager.default.fileExists(atPath: file))
            #expect(try await gateway.useBootstrap(token).status == 401)
            let nobody = try await gateway.post("bootstrap", "{}")
            #expect(nobody.status == 401)
        }
    }

    @Test func oneThatWasMadeElsewhereIsGoodOnceToo() async throws {
        let secret = "a secret that somebody made elsewhere"
        let gateway = try InProcessGateway {
            $0.bootstrap.tokenSHA256 = Array(SHA256.hash(data: Array(secret.utf8)))
        }
        try await gateway.serving { gateway in
            let files = try FileManager.default.contentsOfDirectory(
                atPath: gateway.folder.path + "/certs")
            #expect(!files.contains("bootstrap.token"))
            let first = try await gateway.useBootstrap(secret)
            #expect(first.status == 201, "\(first.body)")
        }
        try await gateway.serving { gateway in
            let again = try await gateway.useBootstrap(secret)
            #expect(again.status == 401)
        }
    }

    @Test func noLaterStartMakesOne() async throws {
        let gateway = try InProcessGateway()
        let first = try await gateway.serving { gateway -> String in try gateway.bootstrapToken() }
        try await gateway.serving { gateway in
            let waiting = try gateway.bootstrapToken()
            #expect(waiting == first, "it waits")
            let opened = try await gateway.useBootstrap(first)
            #expect(opened.status == 201)
        }
        try await gateway.serving { gateway in
            let files = try FileManager.default.contentsOfDirectory(
                atPath: gateway.folder.path + "/certs")
            #expect(!files.contains("bootstrap.token"))
        }
    }
}
