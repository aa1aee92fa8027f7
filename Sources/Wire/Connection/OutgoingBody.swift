import NIOCore

/// What a protocol does for the streamed answers of its connection.
protocol BodyCarrier: AnyObject {
    /// Sends the head of a streamed answer; false if the request is gone or answered already.
    func begin(_ head: borrowing Response, _ body: OutgoingBody) -> Bool
    /// Takes bytes: sends what the peer takes and holds the rest.
    func write(_ bytes: ByteBuffer, of body: OutgoingBody)
    /// Bytes that wait for the peer.
    func heldBytes(of body: OutgoingBody) -> Int
    /// Sends the end behind what is held, and then settles the body.
    func complete(_ body: OutgoingBody)
    /// Drops what is held and lets the peer see that something is missing.
    func breakOff(_ body: OutgoingBody)
    /// The streamed answers that are not over.
    var bodies: [OutgoingBody] { get }
}

/// The body of one streamed answer, on the connection's side; confined to its event loop.
///
/// Bytes go to the protocol, which holds what the peer does not take yet: at most `Limits.streamBytesMax`, since a writer
/// waits while more than half of that is held.
final class OutgoingBody {
    let stream: StreamID
    let kind: BodyKind
    /// Bytes of one write, so that a writer which waits never goes over the limit.
    let pieceBytesMax: Int
    private let heldBytesMax: Int
    private weak var carrier: (any BodyCarrier)?
    private let eventLoop: any EventLoop
    private let outcome: EventLoopPromise<BodyOutcome>
    private var room: EventLoopPromise<Void>?
    private var handed = 0
    /// Why it takes no more bytes, while what is held of it may still go out.
    private(set) var ending: BodyEnd?
    /// Why it is over.
    private(set) var end: BodyEnd?
    /// Bytes that have left for the peer.
    var taken = 0

    init(
        _ carrier: any BodyCarrier, stream: StreamID, kind: BodyKind, limits: Limits,
        loop: any EventLoop
    ) {
        self.carrier = carrier
        self.stream = stream
        self.kind = kind
        heldBytesMax = limits.streamBytesMax
        pieceBytesMax = max(1, limits.streamBytesMax / 2)
        eventLoop = loop
        outcome = loop.makePromise()
    }

    deinit { settle(.peerGone) }

    var whenOver: EventLoopFuture<BodyOutcome> { outcome.futureResult }

    /// Hands bytes on; succeeds when there is room for more.
    func write(_ bytes: ByteBuffer) -> EventLoopFuture<Void> {
        if let reason = end ?? ending { return eventLoop.makeFailedFuture(reason) }
        guard let carrier else {
            settle(.peerGone)
            return eventLoop.makeFailedFuture(BodyEnd.peerGone)
        }
        guard room == nil,
            carrier.heldBytes(of: self) + bytes.readableBytes <= heldBytesMax
        else {
            close(.overflow)
            return eventLoop.makeFailedFuture(BodyEnd.overflow)
        }
        handed += bytes.readableBytes
        carrier.write(bytes, of: self)
        if let reason = end ?? ending { return eventLoop.makeFailedFuture(reason) }
        let held = carrier.heldBytes(of: self)
        taken = handed - held
        guard held > heldBytesMax / 2 else { return eventLoop.makeSucceededVoidFuture() }
        let promise = eventLoop.makePromise(of: Void.self)
        room = promise
        return promise.futureResult
    }

    /// To be called when the peer has taken bytes.
    func noteTaken() {
        guard end == nil, let carrier else { return }
        let held = carrier.heldBytes(of: self)
        taken = handed - held
        guard held <= heldBytesMax / 2, let promise = room else { return }
        room = nil
        promise.succeed()
    }

    /// Takes no more bytes: what was finished, and an endless answer whoever ends it, is completed; all else is broken off.
    func close(_ reason: BodyEnd) {
        guard end == nil, ending == nil || !completes(reason) else { return }
        guard completes(reason), let carrier else {
            settle(reason)
            carrier?.breakOff(self)
            return
        }
        ending = reason
        refuseWriters(reason)
        carrier.complete(self)
    }

    /// Notes that it is over without telling the protocol, which knows.
    ///
    /// Whoever ended an answer is named, not what became of its last bytes; but a finished one is complete only if they left.
    func settle(_ reason: BodyEnd) {
        guard end == nil else { return }
        let reason = ending == .finished ? reason : ending ?? reason
        end = reason
        refuseWriters(reason)
        outcome.succeed(BodyOutcome(end: reason, bytes: taken))
    }

    private func completes(_ reason: BodyEnd) -> Bool {
        switch reason {
        case .finished: true
        case .draining, .expired, .cut: kind == .endless
        case .failed, .overflow, .stalled, .peerGone: false
        }
    }

    private func refuseWriters(_ reason: BodyEnd) {
        let promise = room
        room = nil
        promise?.fail(reason)
    }
}
