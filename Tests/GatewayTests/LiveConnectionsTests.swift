import NIOCore
import Policy
import Testing

@testable import Gateway

/// Whoever is locked for a group or a role is found by every way in which they came, not only the first or the last.
@Suite struct LiveConnectionsTests {
    private final class Silent: LiveConnection {
        func suspend() {}
        func resume() {}
        func drain(within time: TimeAmount) {}
        func cut() {}
    }

    private func somebody(roles: [String]) -> Principal {
        var principal = Principal(kind: .user, id: "idp/alice", authentication: .jwt)
        principal.directRoles = roles
        return principal
    }

    @Test func somebodyIsKnownByEachWayInWhichTheyCame() {
        let live = LiveConnections()
        let connection = Silent()
        let ways = [somebody(roles: []), somebody(roles: ["admin"]), somebody(roles: ["viewer"])]
        let owner = LiveOwner(ways[0])
        live.add(connection, of: owner)
        for way in ways + ways { live.note(way, as: owner) }
        #expect(live.principals[owner] == ways)
        for number in 0..<PipelineLimits.principalsKnownMax {
            live.note(somebody(roles: ["\(number)"]), as: owner)
        }
        #expect(live.principals[owner]?.count == PipelineLimits.principalsKnownMax)
        live.remove(connection, of: [owner])
        #expect(live.principals.isEmpty)
    }

    private final class Counting: LiveConnection {
        var suspensions = 0
        func suspend() { suspensions += 1 }
        func resume() { suspensions -= 1 }
        func drain(within time: TimeAmount) {}
        func cut() {}
    }

    /// Two reasons for which nothing is allowed: with the first gone, the second still holds, for those that come, too.
    @Test func eachSuspensionIsTakenBackByItself() {
        let live = LiveConnections()
        let owner = LiveOwner(somebody(roles: []))
        let (early, late, later) = (Counting(), Counting(), Counting())
        live.add(early, of: owner)
        live.suspend(owner)
        live.suspend(owner)
        live.add(late, of: owner)
        #expect([early, late].map(\.suspensions) == [2, 2])
        live.resume(owner)
        live.add(later, of: owner)
        #expect([early, late, later].map(\.suspensions) == [1, 1, 1])
        live.resume(owner)
        live.resume(owner)
        #expect([early, late, later].map(\.suspensions) == [0, 0, 0])
    }
}
