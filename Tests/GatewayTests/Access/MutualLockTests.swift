import Audit
import Gateway
import StrictJSON
import Support
import Testing

/// Two who lock each other, or change the same, at the same moment: one of them is left to unlock, also where the gateway ends between.
@Suite(.timeLimit(.minutes(10))) struct MutualLockTests {
    let house: AccessFixture

    init() throws { house = try AccessFixture() }

    private static func lock(_ user: String) -> String {
        #"{"target":{"user":"idp/\#(user)"},"reason":"x"}"#
    }

    private static let given = "/api/maxine/user/roles"

    private static func roles(_ role: String) -> String {
        #"{"user":"idp/bob","roles":["\#(role)"]}"#
    }

    @Test func ofTwoWhoLockEachOtherOneBeginsNothingInTheLog() async throws {
        var outside = OutsideParts()
        let files = FaultyFiles()
        outside.files = files
        try await house.gateway(outside: outside).serving { gateway in
            // Both are known before, so that nothing else waits for the log.
            let tokens = ["root", "warden"].map { house.token(gateway, $0) }
            for token in tokens { #expect(try await gateway.bear(token).status != 401) }
            let before = try await allowed(gateway)
            files.hold()
            async let first = gateway.bear(
                tokens[0], "POST", AccessFixture.locks, body: Self.lock("warden"))
            await files.held.until(1)
            async let second = gateway.bear(
                tokens[1], "POST", AccessFixture.locks, body: Self.lock("root"))
            // Its record waits behind the first one's; that policy has allowed it shows that it was judged.
            try await until(gateway, hasAllowed: before + 2)
            files.letGo()
            let statuses = try await [first.status, second.status]
            // Refused for what it asked, or ended as its asker was locked.
            #expect(statuses[0] == 201 && [401, 409].contains(statuses[1]), "\(statuses)")
            let begun = try gateway.journal().filter {
                $0["action"]?.string == "lock.write" && $0["type"]?.string == "intent"
            }
            #expect(begun.count == 1, "\(begun)")
            #expect(try await gateway.bear(tokens[0]).status == 200)
            #expect(try await gateway.bear(tokens[1]).status == 401)
        }
    }

    /// What one gives while another is on the way is not taken away by somebody to whom it does not belong.
    @Test func whatIsGivenMeanwhileIsNotTakenAwayUnseen() async throws {
        var outside = OutsideParts()
        let files = FaultyFiles()
        outside.files = files
        try await house.gateway(outside: outside).serving { gateway in
            let tokens = ["root", "clerk"].map { house.token(gateway, $0) }
            for token in tokens { #expect(try await gateway.bear(token).status != 401) }
            let before = try await allowed(gateway)
            files.hold()
            async let first = gateway.bear(tokens[0], "PUT", Self.given, body: Self.roles("admin"))
            await files.held.until(1)
            async let second = gateway.bear(
                tokens[1], "PUT", Self.given, body: Self.roles("viewer"))
            try await until(gateway, hasAllowed: before + 2)
            files.letGo()
            let statuses = try await [first.status, second.status]
            #expect(statuses == [200, 403])
            let given = try await gateway.bear(tokens[0], "GET", Self.given + "?user=idp/bob")
            #expect(given.body == #"{"user":"idp/bob","roles":["admin"]}"#)
        }
    }

    /// How many requests policy has allowed.
    private func allowed(_ gateway: InProcessGateway) async throws -> Int {
        let page = try await gateway.page("/metrics").body
        let line = page.split(separator: "\n").first {
            $0.hasPrefix(#"maxine_requests_total{result="allow"}"#)
        }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }

    private func until(_ gateway: InProcessGateway, hasAllowed count: Int) async throws {
        while try await allowed(gateway) < count { try Task.checkCancellation() }
    }
}
