internal import NIOCore
internal import Wire

/// The lane of each event loop.
struct LaneTable: Sendable {
    private let lanes: [ObjectIdentifier: NIOLoopBound<FastLane>]

    /// Makes the lanes; each is built on its own event loop.
    init(group: any EventLoopGroup, core: GatewayCore) async throws {
        var lanes: [ObjectIdentifier: NIOLoopBound<FastLane>] = [:]
        for loop in group.makeIterator() {
            lanes[ObjectIdentifier(loop)] = try await loop.submit {
                NIOLoopBound(FastLane(eventLoop: loop, core: core), eventLoop: loop)
            }.get()
        }
        self.lanes = lanes
    }

    /// The lane of an event loop, to be used on it.
    func lane(of loop: any EventLoop) -> FastLane? {
        lanes[ObjectIdentifier(loop)]?.value
    }

    /// Has every lane write what it still holds.
    func finish() async {
        for lane in lanes.values {
            try? await lane.eventLoop.submit { lane.value.finish() }.get()
        }
    }

    /// A handler for a new connection on an event loop.
    func handler(on loop: any EventLoop, front: Front) -> any ConnectionHandler {
        guard let lane = lane(of: loop) else { return RefusingConnection() }
        return ClientConnection(lane: lane, front: front)
    }
}

/// Stands in where no lane is and closes the connection.
///
/// The group's loops all have a lane.
private final class RefusingConnection: ConnectionHandler {
    func opened(_ connection: Connection) { connection.abort() }
    func receive(_ request: Request, stream: StreamID) {}
    func closed() {}
}
