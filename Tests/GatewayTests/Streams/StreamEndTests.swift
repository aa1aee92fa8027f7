import Foundation
import Gateway
import Policy
import StrictJSON
import Support
import Testing

private struct DiskGone: Error {}

/// A stream ends when its asker is no longer allowed, and says in the log how it ended.
@Suite(.timeLimit(.minutes(10))) struct StreamEndTests {
    static let versions = StreamTests.versions

    /// Opens a stream that has sent one item, does something, and says how curl and the log saw the end.
    private func ending(
        _ house: StreamHarness, _ path: String = "/streams/events", _ options: [String] = [],
        by end: @escaping @Sendable (InProcessGateway, StreamingCurl) async throws -> Void
    ) async throws -> (status: Int32, output: String, closing: JSONValue) {
        let action = path == "/streams/events" ? "service.watch" : "service.read"
        let (status, output) = try await house.gateway.serving { gateway in
            house.feed.send(1)
            let curl = try StreamingCurl(gateway, path, options)
            #expect(await curl.until(path == "/streams/events" ? "data: 1\n\n" : "[1"))
            try await end(gateway, curl)
            let status = await curl.status()
            await house.feed.untilOver()
            return (status, curl.output)
        }
        return (status, output, try await house.closing(action))
    }

    @Test(arguments: versions)
    func aPolicyThatNoLongerAllowsItEndsItInOrder(_ version: String) async throws {
        let house = try StreamHarness()
        let (status, _, closing) = try await ending(house, "/streams/events", [version]) {
            gateway, _ in
            try await gateway.reload(
                policy: StreamHarness.policy("second", StreamHarness.notTheFeed))
            try await house.judge()
        }
        #expect(status == 0)
        #expect(closing.streamEnd == "policy")
        #expect(closing.streamItems == 1)
        #expect(closing["status"]?.integer == 403)
        #expect(closing["reason"]?.string?.contains("not-the-feed") == true, "\(closing)")
    }

    @Test(arguments: versions)
    func aListThatIsCutNeverLooksWhole(_ version: String) async throws {
        let house = try StreamHarness()
        let (status, output, closing) = try await ending(house, "/streams/list", [version]) {
            gateway, _ in
            try await gateway.reload(
                policy: StreamHarness.policy("second", StreamHarness.notTheFeed))
            try await house.judge()
        }
        #expect(status != 0)
        #expect(output.hasSuffix("[1"))
        #expect(closing.streamEnd == "policy")
    }

    @Test func aPolicyThatStillAllowsItLetsItGoOn() async throws {
        let house = try StreamHarness()
        let (status, output, closing) = try await ending(house) { gateway, curl in
            try await gateway.reload(policy: StreamHarness.policy("second"))
            try await house.judge()
            house.feed.send(2)
            #expect(await curl.until("data: 2"))
            house.feed.finish()
        }
        #expect(status == 0)
        #expect(output.contains("data: 2"))
        #expect(closing.streamEnd == "complete")
    }

    @Test(arguments: versions)
    func theEndOfAllThatIsLiveOfItsAskerEndsIt(_ version: String) async throws {
        let house = try StreamHarness()
        let (_, _, closing) = try await ending(house, "/streams/events", [version]) { gateway, _ in
            _ = await gateway.end(LiveOwner(.operator("operator")))
        }
        #expect(closing.streamEnd == "credential")
        #expect(closing["reason"]?.string?.contains("a test said so") == true, "\(closing)")
    }

    @Test func aRevokedTokenEndsIt() async throws {
        let house = try StreamHarness()
        let token = ["-H", "authorization: Bearer alice"]
        let (status, _, closing) = try await ending(house, "/streams/events", token) { _, curl in
            try await house.judge()
            house.feed.send(2)
            #expect(await curl.until("data: 2"))
            house.tokens.revoke()
            try await house.judge()
        }
        #expect(status == 0)
        #expect(closing.streamEnd == "credential")
        #expect(closing["status"]?.integer == 401)
        #expect(house.gateway.asker(of: closing) == "alice")
    }

    @Test func anExpiredTokenEndsIt() async throws {
        let house = try StreamHarness()
        let token = ["-H", "authorization: Bearer alice"]
        let (_, _, closing) = try await ending(house, "/streams/events", token) { gateway, curl in
            gateway.clock.advance(by: .seconds(3599))
            try await house.judge()
            house.feed.send(2)
            #expect(await curl.until("data: 2"))
            gateway.clock.advance(by: .seconds(1))
            try await house.judge()
        }
        #expect(closing.streamEnd == "credential")
    }

    @Test func anExpiredCertificateEndsIt() async throws {
        let house = try StreamHarness()
        let (_, _, closing) = try await ending(house) { gateway, curl in
            try await house.judge()
            house.feed.send(2)
            #expect(await curl.until("data: 2"))
            // Longer than any certificate of the operator's lives.
            gateway.clock.setWall(by: .seconds(10 * 366 * 86_400))
            try await house.judge()
        }
        #expect(closing.streamEnd == "credential")
        #expect(closing["status"]?.integer == 401)
    }

    @Test func noneGoesOnForEver() async throws {
        let house = try StreamHarness { $0.streamNanosecondsMax = 5_000_000_000 }
        let (status, _, closing) = try await ending(house) { gateway, _ in
            gateway.clock.advance(by: .seconds(5))
            try await house.judge()
        }
        #expect(status == 0)
        #expect(closing.streamEnd == "timed-out")
    }

    @Test(arguments: versions)
    func aDrainEndsEventsInOrder(_ version: String) async throws {
        let house = try StreamHarness()
        let (status, _, closing) = try await ending(house, "/streams/events", [version]) {
            gateway, _ in await gateway.stop()
        }
        #expect(status == 0)
        #expect(closing.streamEnd == "drained")
        #expect(closing["status"]?.integer == 503)
    }

    @Test(arguments: versions)
    func aDrainLetsAListComeToItsEnd(_ version: String) async throws {
        let house = try StreamHarness()
        let (status, output, closing) = try await ending(house, "/streams/list", [version]) {
            gateway, _ in
            await gateway.stop()
            try await gateway.awaitRefusal()
            house.feed.send(2)
            house.feed.finish()
        }
        #expect(status == 0)
        #expect(output.hasSuffix("[1,2]"))
        #expect(closing.streamEnd == "complete")
    }

    @Test(arguments: versions)
    func theSourceOfAClientThatGoesIsCancelled(_ version: String) async throws {
        let house = try StreamHarness()
        let (_, _, closing) = try await ending(house, "/streams/events", [version]) { _, curl in
            curl.signal(SIGTERM)
        }
        #expect(closing.streamEnd == "client-gone")
        #expect(closing["status"]?.integer == 499)
    }

    @Test(arguments: versions)
    func aSourceThatFailsBreaksItOff(_ version: String) async throws {
        let house = try StreamHarness()
        let (status, _, closing) = try await ending(house, "/streams/events", [version]) { _, _ in
            house.feed.finish(throwing: DiskGone())
        }
        #expect(status != 0)
        #expect(closing.streamEnd == "failed")
        #expect(closing["status"]?.integer == 500)
    }
}
