internal import NIOCore
internal import Wire

/// Makes the handlers of one listener's connections, each with what its event loop has for them.
struct Reception: Sendable {
    /// What the connections of one event loop share.
    private struct Place {
        let lane: FastLane
        let memory: CredentialMemory
        let ends: CertificateEnds
        let live: LiveConnections
    }

    private let front: Front
    private let places: [ObjectIdentifier: NIOLoopBound<Place>]

    init(_ front: Front, _ lanes: LaneTable, on group: any EventLoopGroup) async throws {
        var places: [ObjectIdentifier: NIOLoopBound<Place>] = [:]
        for loop in group.makeIterator() {
            places[ObjectIdentifier(loop)] = try await loop.submit {
                lanes.lane(of: loop).map { lane in
                    let live = LiveConnections()
                    lanes.core.services.live.add(NIOLoopBound(live, eventLoop: loop))
                    return NIOLoopBound(
                        Place(
                            lane: lane, memory: CredentialMemory(),
                            ends: CertificateEnds(on: loop, clock: lane.core.now),
                            live: live),
                        eventLoop: loop)
                }
            }.get()
        }
        self.front = front
        self.places = places
    }

    /// A handler for a new connection on an event loop.
    func handler(on loop: any EventLoop) -> any ConnectionHandler {
        guard let place = places[ObjectIdentifier(loop)]?.value else {
            return RefusingConnection()
        }
        return ClientConnection(
            lane: place.lane, front: front, memory: place.memory, ends: place.ends,
            live: place.live)
    }
}

extension Reception {
    /// Ends the connections whose certificate has expired by this time.
    func endExpired(nowNanoseconds now: Int64) async {
        for place in places.values {
            try? await place.eventLoop.submit { place.value.ends.endDue(nowNanoseconds: now) }
                .get()
        }
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
