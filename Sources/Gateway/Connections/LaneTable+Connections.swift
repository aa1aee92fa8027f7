internal import NIOCore
internal import Wire

extension LaneTable {
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
