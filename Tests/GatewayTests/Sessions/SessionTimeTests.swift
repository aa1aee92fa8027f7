import Auth
import Gateway
import StrictJSON
import Support
import Testing

/// When a session ends by itself, whatever is done to the clock.
@Suite(.timeLimit(.minutes(10))) struct SessionTimeTests {
    private let people: SessionFixture

    init() throws { people = try SessionFixture() }

    private func gateway() throws -> InProcessGateway {
        try people.gateway {
            $0.sessions.idleSeconds = 600
            $0.sessions.absoluteSeconds = 3600
        }
    }

    private func statuses(
        _ gateway: InProcessGateway, _ opened: OpenedSession, after steps: [Int]
    ) async throws -> [Int] {
        var statuses: [Int] = []
        for seconds in steps {
            gateway.clock.advance(by: .seconds(seconds))
            statuses.append(try await gateway.ask(opened.bearer).status)
        }
        return statuses
    }

    @Test func unusedItEndsWithTheIdleTimeAndUsedWithTheAbsoluteOne() async throws {
        try await gateway().serving { gateway in
            let idle = try await people.login(gateway)
            #expect(
                try await statuses(gateway, idle, after: [0, 599, 599, 600]) == [
                    200, 200, 200, 401,
                ])
            let used = try await people.login(gateway)
            let kept = try await statuses(gateway, used, after: [590, 590, 590, 590, 590, 590])
            #expect(kept == [200, 200, 200, 200, 200, 200])
            #expect(try await statuses(gateway, used, after: [59, 1]) == [200, 401])
            let refused = try await gateway.ask(used.bearer)
            #expect(try gateway.why(refused).contains("session_expired"))
        }
    }

    /// The wall clock alone is past its end: it was used just before, and by the other clock it is young.
    @Test func theWallClocksEndHoldsByItself() async throws {
        let gateway = try people.gateway {
            $0.sessions.idleSeconds = 3600
            $0.sessions.absoluteSeconds = 3600
        }
        try await gateway.serving { gateway in
            let opened = try await people.login(gateway)
            #expect(try await statuses(gateway, opened, after: [1800]) == [200])
            gateway.clock.setWall(by: .seconds(1799))
            #expect(try await gateway.ask(opened.bearer).status == 200)
            gateway.clock.setWall(by: .seconds(1))
            let refused = try await gateway.ask(opened.bearer)
            #expect(refused.status == 401)
            #expect(try gateway.why(refused).contains("session_expired"))
        }
    }

    /// By the clock that nobody sets it lives no longer than it may, also where it was judged before.
    @Test func aClockThatIsSetBackGivesNoSessionMoreTime() async throws {
        try await gateway().serving { gateway in
            let opened = try await people.login(gateway)
            #expect(try await gateway.ask(opened.bearer).status == 200)
            gateway.clock.setWall(by: .seconds(-86_400))
            #expect(try await gateway.ask(opened.bearer).status == 200)
            for _ in 0..<6 {
                gateway.clock.advance(by: .seconds(599))
                _ = try await gateway.ask(opened.bearer)
            }
            gateway.clock.advance(by: .seconds(6))
            try await gateway.tick(.sessions)
            #expect(try await gateway.ask(opened.bearer).status == 401)
        }
    }

    @Test func aClockThatIsSetForwardEndsAndOneThatIsSetBackLeavesIdleTimeWhole() async throws {
        try await gateway().serving { gateway in
            let opened = try await people.login(gateway)
            gateway.clock.setWall(by: .seconds(-7200))
            try await gateway.tick(.sessions)
            #expect(try await statuses(gateway, opened, after: [599, 600]) == [200, 401])
            let other = try await people.login(gateway)
            gateway.clock.setWall(by: .seconds(7200))
            #expect(try await gateway.ask(other.bearer).status == 401)
        }
    }

    @Test func whatIsOpenByOneThatIsOverEnds() async throws {
        try await gateway().serving { gateway in
            let opened = try await people.login(gateway)
            let pipe = try await Shell.aside {
                let pipe = try TLSPipe(gateway, as: nil, at: gateway.peopleAddress)
                pipe.send(
                    "GET /api/maxine/status HTTP/1.1\r\nhost: localhost\r\n\(opened.cookie)\r\n\r\n"
                )
                #expect(pipe.answer().hasPrefix("HTTP/1.1 200"))
                return pipe
            }
            gateway.clock.advance(by: .seconds(600))
            try await gateway.tick(.sessions)
            let isGone = try await Shell.aside { pipe.waitForClose(seconds: 1) }
            #expect(isGone)
            pipe.close()
            let list = try await gateway.curl("GET", InProcessGateway.auth + "sessions?all=true")
            #expect(list.body == #"{"sessions":[]}"#)
        }
    }

    /// Used until a moment before, it goes on after a restart; what was unused meanwhile does not.
    @Test func theLastUseOutlivesARestart() async throws {
        let gateway = try gateway()
        // What starts later still has a certificate that real programs take.
        gateway.clock.setWall(by: .seconds(-3600))
        let (used, unused) = try await gateway.serving { gateway in
            let used = try await people.login(gateway)
            let unused = try await people.login(gateway)
            gateway.clock.advance(by: .seconds(500))
            #expect(try await gateway.ask(used.bearer).status == 200)
            return (used, unused)
        }
        gateway.clock.advance(by: .seconds(200))
        try await gateway.serving { gateway in
            #expect(try await gateway.ask(used.bearer).status == 200)
            let refused = try await gateway.ask(unused.bearer)
            #expect(try gateway.why(refused).contains("session_idle"))
        }
    }

    @Test func lessThatIsConfiguredHoldsForThoseThatAreOpen() async throws {
        let gateway = try gateway()
        let opened = try await gateway.serving { try await people.login($0) }
        gateway.clock.advance(by: .seconds(200))
        let shorter = try InProcessGateway(
            policy: SessionFixture.policy, clock: gateway.clock, folder: gateway.left
        ) {
            $0.tokenIssuers = gateway.settings.tokenIssuers
            $0.sessions.absoluteSeconds = 300
            $0.sessions.idleSeconds = 300
        }
        try await shorter.serving { gateway in
            // From its beginning, not from the start.
            let seen = try await statuses(gateway, opened, after: [99, 1])
            #expect(seen == [200, 401])
        }
    }
}
