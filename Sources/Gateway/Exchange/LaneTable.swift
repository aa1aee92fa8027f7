internal import NIOCore
internal import Wire

/// The lane of each event loop.
struct LaneTable: Sendable {
    private let lanes: [ObjectIdentifier: NIOLoopBound<RequestLane>]
    private let connections: [ObjectIdentifier: NIOLoopBound<LoopConnections>]

    /// Makes the lanes; each is built on its own event loop.
    init(group: any EventLoopGroup, core: GatewayCore) async throws {
        var lanes: [ObjectIdentifier: NIOLoopBound<RequestLane>] = [:]
        var connections: [ObjectIdentifier: NIOLoopBound<LoopConnections>] = [:]
        for loop in group.makeIterator() {
            lanes[ObjectIdentifier(loop)] = try await loop.submit {
                NIOLoopBound(RequestLane(eventLoop: loop, core: core), eventLoop: loop)
            }.get()
            let open = try await loop.submit {
                NIOLoopBound(LoopConnections(), eventLoop: loop)
            }.get()
            connections[ObjectIdentifier(loop)] = open
            core.connections.add(open)
        }
        self.lanes = lanes
        self.connections = connections
    }

    /// The lane of an event loop, to be used on it.
    func lane(of loop: any EventLoop) -> RequestLane? {
        lanes[ObjectIdentifier(loop)]?.value
    }

    /// Has every lane write what it still holds.
    func finish() async {
        for lane in lanes.values {
            try? await lane.eventLoop.submit { lane.value.finish() }.get()
        }
    }

    /// A handler for a new connection on an event loop.
    func handler(on loop: any EventLoop, _ listener: ListenerKind) -> any ConnectionHandler {
        guard let lane = lane(of: loop), let open = connections[ObjectIdentifier(loop)]?.value
        else { return RefusingConnection() }
        return ClientConnection(lane: lane, listener: listener, among: open)
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
