import Gateway
import Policy
import Testing

/// Calls that wait for others: bounded in number and time, ended when nobody waits, always on record.
@Suite(.timeLimit(.minutes(10))) struct SlowLaneTests {
    @Test func answersADiscoverBeforeAThousandSlowCalls() async throws {
        let gateway = try SampleGateway(slowLane: settings { $0.callsPerClientMax = 1000 })
        let (answer, before, results) = try await gateway.serving { [gateway] in
            try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<1000 {
                    group.addTask {
                        guard case .success = try await gateway.signOn().result else {
                            return false
                        }
                        return true
                    }
                }
                await gateway.directory.untilAsked(1000)
                let answer = try await TestClient.with(gateway) {
                    try await $0.send("GET", "/api/maxine/discover/api")
                }
                let before = (gateway.directory.asked.value, gateway.directory.answered.value)
                gateway.directory.answer()
                return (answer, before, try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 })
            }
        }
        #expect(answer.status == 404, "no instance is registered: \(answer.body)")
        #expect(before == (1000, 0))
        #expect(results == 1000)
        #expect(try gateway.records("session.create").count == 2000)
    }

    @Test func takesAsManyCallsAsItMayAndRefusesOneMore() async throws {
        let gateway = try SampleGateway(slowLane: settings { $0.callsMax = 3 })
        let (refused, third, again) = try await gateway.serving {
            async let first = gateway.signOn("a", from: IPAddress(v4: 1))
            async let second = gateway.signOn("b", from: IPAddress(v4: 2))
            async let third = gateway.signOn("c", from: IPAddress(v4: 3))
            await gateway.directory.untilAsked(3)
            let refused = try await gateway.signOn("d", from: IPAddress(v4: 4))
            gateway.directory.answer()
            _ = try await (first, second)
            let done = try await third
            async let again = gateway.signOn("e", from: IPAddress(v4: 4))
            await gateway.directory.untilAsked(1)
            gateway.directory.answer()
            return (refused, done, try await again)
        }
        #expect(refused.status == 503)
        #expect(refused.retryAfterSeconds == 1)
        #expect(third.status == 200)
        #expect(again.status == 200, "a call that has ended gives its place free")
    }

    @Test func oneClientCantTakeAllPlaces() async throws {
        let gateway = try SampleGateway(slowLane: settings { $0.callsPerClientMax = 2 })
        let (refused, other, neighbour) = try await gateway.serving {
            let here = IPAddress(high: 0x2001_0DB8_0000_0000, low: 1)
            async let first = gateway.signOn("a", from: here)
            async let second = gateway.signOn("b", from: here)
            await gateway.directory.untilAsked(2)
            let neighbour = try await gateway.signOn("c", from: IPAddress(high: here.high, low: 2))
            let refused = try await gateway.signOn("c", from: here)
            async let other = gateway.signOn("d", from: IPAddress(high: here.high + 1, low: 1))
            await gateway.directory.untilAsked(3)
            gateway.directory.answer()
            _ = try await (first, second)
            return (refused, try await other, neighbour)
        }
        #expect(refused.status == 503)
        #expect(refused.retryAfterSeconds == 1)
        #expect(neighbour.status == 503, "a client has its whole network of IPv6")
        #expect(other.status == 200)
    }

    @Test func onePrincipalCantTakeAllPlacesFromWherever() async throws {
        let gateway = try SampleGateway(slowLane: settings { $0.callsPerClientMax = 1 })
        let (refused, other) = try await gateway.serving {
            async let first = gateway.signOn(as: .operator("one"), from: IPAddress(v4: 1))
            await gateway.directory.untilAsked(1)
            let refused = try await gateway.signOn(as: .operator("one"), from: IPAddress(v4: 2))
            async let other = gateway.signOn(as: .operator("two"), from: IPAddress(v4: 1))
            await gateway.directory.untilAsked(2)
            gateway.directory.answer()
            _ = try await first
            return (refused, try await other)
        }
        #expect(refused.status == 503)
        #expect(other.status == 200)
    }

    @Test func aCallThatEndsJustInTimeIsAnswered() async throws {
        let clock = ManualClock()
        let gateway = try SampleGateway(slowLane: settings { $0.clock = clock })
        let done = try await gateway.serving {
            async let call = gateway.signOn()
            await gateway.directory.untilAsked(1)
            await clock.untilAsleep(1)
            clock.advance(by: .seconds(30) - .nanoseconds(1))
            gateway.directory.answer()
            return try await call
        }
        #expect(done.status == 200)
        #expect(gateway.directory.cancelled.value == 0)
    }

    @Test(arguments: [Duration.zero, .microseconds(1)])
    func aCallWhoseTimeIsUpIsCancelledAnswered504AndRecorded(creep: Duration) async throws {
        let clock = ManualClock(creep: creep)
        let gateway = try SampleGateway(slowLane: settings { $0.clock = clock })
        let done = try await gateway.serving {
            async let call = gateway.signOn()
            await gateway.directory.untilAsked(1)
            await clock.untilAsleep(1)
            clock.advance(by: .seconds(30) + .milliseconds(1))
            return try await call
        }
        #expect(done.status == 504)
        #expect(gateway.directory.cancelled.value == 1)
        let outcome = try gateway.outcome()
        #expect(outcome.contains(#""status":504"#))
        #expect(outcome.contains("timed-out: "), "\(outcome)")
    }

    @Test func anOperationThatHeedsNoCancellationIsAnsweredForAndKeepsItsPlace() async throws {
        let clock = ManualClock()
        let gateway = try SampleGateway(
            slowLane: settings {
                $0.clock = clock
                $0.callsMax = 1
            })
        gateway.directory.makeStubborn()
        let (late, refused) = try await gateway.serving {
            async let call = gateway.signOn()
            await gateway.directory.untilAsked(1)
            await clock.untilAsleep(1)
            clock.advance(by: .seconds(30))
            let late = try await call
            let refused = try await gateway.signOn("bob")
            gateway.directory.answer()
            return (late, refused)
        }
        #expect(late.status == 504)
        #expect(refused.status == 503, "its place stays taken")
        let outcome = try gateway.outcome()
        #expect(outcome.contains(#""status":504"#))
        #expect(outcome.contains("the operation ended with 200"), "\(outcome)")
    }

    @Test(arguments: [true, false])
    func aCallWhoseClientGoesIsCancelledAndRecorded(isHTTP2: Bool) async throws {
        let gateway = try SampleGateway()
        try await gateway.serving { [gateway] in
            try await TestClient.with(
                gateway, at: .people, isHTTP2: isHTTP2
            ) { people in
                await withTaskGroup { group in
                    group.addTask { _ = try? await people.signOn() }
                    await gateway.directory.untilAsked(1)
                    group.cancelAll()
                    await group.waitForAll()
                }
                await gateway.directory.cancelled.until(1)
            }
        }
        let outcome = try gateway.outcome()
        #expect(outcome.contains(#""status":499"#))
        #expect(outcome.contains("client-gone: "), "\(outcome)")
    }

    /// Whoever goes before the record is on disk has changed nothing, and the log says so.
    @Test func aCallWhoseClientGoesBeforeItIsRecordedIsNotBegun() async throws {
        let gateway = try SampleGateway()
        let done = try await gateway.serving {
            try await withThrowingTaskGroup(of: Done<SignOn.Success>.self) { group in
                gateway.files.hold()
                group.addTask { try await gateway.signOn() }
                await gateway.files.held.until(1)
                group.cancelAll()
                let done = try await group.next()
                gateway.files.letGo()
                return done
            }
        }
        #expect(done?.status == 499)
        #expect(done?.sequence == nil)
        #expect(gateway.directory.asked.value == 0)
        let outcome = try gateway.outcome()
        #expect(outcome.contains("the operation was not begun"), "\(outcome)")
    }

    @Test func anAsyncCallerThatIsCancelledEndsItsCall() async throws {
        let gateway = try SampleGateway()
        let done = try await gateway.serving {
            try await withThrowingTaskGroup(of: Done<SignOn.Success>.self) { group in
                group.addTask { try await gateway.signOn() }
                await gateway.directory.untilAsked(1)
                group.cancelAll()
                return try await group.next()
            }
        }
        #expect(done?.status == 499)
        #expect(gateway.directory.cancelled.value == 1)
        _ = try gateway.outcome()
    }

    private func settings(_ change: (inout SlowLaneSettings) -> Void) -> SlowLaneSettings {
        var settings = SlowLaneSettings()
        change(&settings)
        return settings
    }
}

extension Done {
    var status: UInt16 {
        switch result {
        case .success: 200
        case .failure(let problem): problem.status
        }
    }

    var retryAfterSeconds: Int? {
        guard case .failure(let problem) = result else { return nil }
        return problem.further.retryAfterSeconds
    }
}

extension SampleGateway {
    /// The one outcome record of sign-ons.
    func outcome() throws -> String {
        let outcomes = try records("session.create").filter { $0.contains(#""type":"outcome""#) }
        #expect(outcomes.count == 1)
        return try #require(outcomes.first)
    }
}
