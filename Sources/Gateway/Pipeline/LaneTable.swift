internal import Audit
internal import NIOConcurrencyHelpers
internal import NIOCore
package import Policy

/// The lane of each event loop.
package struct LaneTable: Sendable {
    private let lanes: [ObjectIdentifier: NIOLoopBound<FastLane>]
    private let isOver = NIOLockedValueBox(false)
    let core: GatewayCore

    /// Makes the lanes; each is built on its own event loop.
    init(group: any EventLoopGroup, core: GatewayCore) async throws {
        var lanes: [ObjectIdentifier: NIOLoopBound<FastLane>] = [:]
        for loop in group.makeIterator() {
            lanes[ObjectIdentifier(loop)] = try await loop.submit {
                NIOLoopBound(FastLane(eventLoop: loop, core: core), eventLoop: loop)
            }.get()
        }
        for lane in lanes.values { core.services.live.add(lane) }
        self.lanes = lanes
        self.core = core
    }

    /// The lane of an event loop, to be used on it.
    func lane(of loop: any EventLoop) -> FastLane? {
        lanes[ObjectIdentifier(loop)]?.value
    }

    /// Has one of the lanes work for a caller that is on no loop; false once the loops may have ended.
    func onAny(_ work: @escaping @Sendable (FastLane) -> Void) -> Bool {
        isOver.withLockedValue { isOver in
            guard !isOver, let lane = lanes.values.randomElement() else { return false }
            lane.eventLoop.execute { work(lane.value) }
            return true
        }
    }

    /// A principal that asks from within the process, under the policy in force.
    package func asker(_ principal: Principal, from address: IPAddress? = nil) -> Asker {
        let active = core.policies.current
        var numbers = RequestNumbers()
        return Asker(
            standing: Standing(
                active, active.subject(for: principal),
                ClientFields(ip: address?.description ?? "", port: 0),
                seal: core.services.people.seal(of: principal) ?? .withheld),
            address: address, request: numbers.next())
    }

    /// Has every lane write what it still holds, and takes no more calls.
    func finish() async {
        isOver.withLockedValue { $0 = true }
        for lane in lanes.values {
            try? await lane.eventLoop.submit { lane.value.finish() }.get()
        }
    }
}
