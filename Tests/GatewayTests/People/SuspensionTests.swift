@testable import Gateway
import NIOConcurrencyHelpers
import Testing

/// Whoever has a certificate revoked waits for slow calls of its holder that were about to be recorded.
@Suite struct SuspensionTests {
    @Test func whoeverSuspendsWaitsForThoseThatHadPassed() async throws {
        let live = LiveIndex()
        let owner = LiveOwner(serial: "4f")
        let earlier = try #require(live.suspensions.pass([owner, LiveOwner(serial: "50")]))
        let others = try #require(live.suspensions.pass([LiveOwner(serial: "51")]))
        let own = try #require(live.suspensions.pass([owner]))
        let order = NIOLockedValueBox<[String]>([])
        async let isSuspended = {
            let isSuspended = await live.suspend(owner, by: own)
            order.withLockedValue { $0.append("suspended") }
            return isSuspended
        }()
        while let pass = live.suspensions.pass([owner]) {
            live.suspensions.leave(pass)
            await Task.yield()
        }
        // Time enough for one that does not wait.
        for _ in 0..<10_000 { await Task.yield() }
        order.withLockedValue { $0.append("left") }
        live.suspensions.leave(earlier)
        #expect(await isSuspended)
        #expect(order.withLockedValue { $0 } == ["left", "suspended"])
        #expect(live.suspensions.pass([LiveOwner(serial: "50")]) != nil, "nobody else is")
        live.suspensions.leave(others)
        live.suspensions.leave(own)
        await live.resume(owner)
        #expect(live.suspensions.pass([owner]) != nil)
    }

    /// Of two who suspend each other one does.
    @Test func whoWasSuspendedMeanwhileSuspendsNobody() async throws {
        let live = LiveIndex()
        let (one, other) = (LiveOwner(serial: "4f"), LiveOwner(serial: "50"))
        let first = try #require(live.suspensions.pass([one]))
        let second = try #require(live.suspensions.pass([other]))
        async let isSuspended = live.suspend(other, by: first)
        while let pass = live.suspensions.pass([other]) {
            live.suspensions.leave(pass)
            await Task.yield()
        }
        #expect(await !live.suspend(one, by: second))
        live.suspensions.leave(second)
        #expect(await isSuspended)
    }
}
