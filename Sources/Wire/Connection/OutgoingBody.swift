public import NIOCore

/// Why a streamed body takes no more bytes.
public enum BodyEnd: String, Error, Equatable, Sendable {
    /// Its producer said that it is complete.
    case finished
    /// Its producer gave up; the peer sees a broken answer.
    case failed
    /// The connection drains, or its certificate has expired; the peer sees a complete answer.
    case draining
    /// The peer reset the stream, or the connection is gone.
    case peerGone = "peer_gone"
    /// The producer did not wait for room and went over `Limits.streamBytesMax`.
    case overflow

    /// The stable code for records and metrics.
    public var code: String { rawValue }
}

/// The body of one streamed answer, on the connection's side; confined to its event loop.
///
/// Bytes go to the protocol, which holds what the peer does not take yet. A writer waits until less than half of the
/// limit is held.
final class OutgoingBody {
    let stream: StreamID
    let endsOnDrain: Bool
    private weak var connection: Connection?
    private let eventLoop: any EventLoop
    private var waiting: [EventLoopPromise<Void>] = []
    private(set) var end: BodyEnd?
    private let endPromise: EventLoopPromise<BodyEnd>

    init(_ connection: Connection, stream: StreamID, endsOnDrain: Bool, loop: any EventLoop) {
        self.connection = connection
        self.stream = stream
        self.endsOnDrain = endsOnDrain
        eventLoop = loop
        endPromise = loop.makePromise()
    }

    deinit {
        settle(.peerGone)
    }

    var whenEnded: EventLoopFuture<BodyEnd> { endPromise.futureResult }

    /// Hands bytes on; succeeds when there is room for more.
    func write(_ bytes: ByteBuffer) -> EventLoopFuture<Void> {
        if let end { return eventLoop.makeFailedFuture(end) }
        guard let connection, connection.isActive else {
            settle(.peerGone)
            return eventLoop.makeFailedFuture(BodyEnd.peerGone)
        }
        let held = connection.heldBytes(of: self)
        guard held + bytes.readableBytes <= connection.limits.streamBytesMax || held == 0 else {
            close(.overflow)
            return eventLoop.makeFailedFuture(BodyEnd.overflow)
        }
        connection.write(bytes, of: self)
        if let end { return eventLoop.makeFailedFuture(end) }
        guard connection.heldBytes(of: self) > connection.limits.streamBytesMax / 2 else {
            return eventLoop.makeSucceededVoidFuture()
        }
        let promise = eventLoop.makePromise(of: Void.self)
        waiting.append(promise)
        return promise.futureResult
    }

    /// To be called when the peer has taken bytes.
    func noteRoom() {
        guard !waiting.isEmpty, let connection,
            connection.heldBytes(of: self) <= connection.limits.streamBytesMax / 2
        else { return }
        let promises = waiting
        waiting = []
        for promise in promises { promise.succeed() }
    }

    /// Ends the body: in order if it is finished or the connection drains, else the peer sees it broken off.
    func close(_ reason: BodyEnd) {
        guard end == nil else { return }
        settle(reason)
        connection?.end(self, inOrder: reason == .finished || reason == .draining)
    }

    /// Notes the end without telling the protocol, which knows.
    func settle(_ reason: BodyEnd) {
        guard end == nil else { return }
        end = reason
        let promises = waiting
        waiting = []
        for promise in promises { promise.fail(reason) }
        endPromise.succeed(reason)
    }
}

/// Writes the body of one streamed answer, from any task.
///
/// Write from one task at a time and wait for each write: it returns when the peer has taken enough.
public struct BodyWriter: Sendable {
    private let body: NIOLoopBound<OutgoingBody>
    private let eventLoop: any EventLoop
    private let whenEnded: EventLoopFuture<BodyEnd>

    init(_ body: OutgoingBody, loop: any EventLoop) {
        self.body = NIOLoopBound(body, eventLoop: loop)
        eventLoop = loop
        whenEnded = body.whenEnded
    }

    /// Sends bytes and waits until there is room for more; at most `Limits.streamBytesMax` at a time.
    ///
    /// - Throws: `BodyEnd` once the answer is over: stop producing.
    public func write(_ bytes: ByteBuffer) async throws(BodyEnd) {
        guard bytes.readableBytes > 0 else { return }
        do {
            try await eventLoop.flatSubmit { [body] in body.value.write(bytes) }.get()
        } catch {
            throw error as? BodyEnd ?? .peerGone
        }
    }

    /// Completes the answer.
    public func finish() { close(.finished) }

    /// Breaks the answer off, so that the peer can't take it for complete.
    public func fail() { close(.failed) }

    /// Waits until the answer is over, whoever ended it.
    public func ended() async -> BodyEnd {
        (try? await whenEnded.get()) ?? .peerGone
    }

    private func close(_ reason: BodyEnd) {
        eventLoop.execute { [body] in body.value.close(reason) }
    }
}
