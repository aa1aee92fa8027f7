public import NIOCore

/// Whether a streamed answer has an end of its own.
public enum BodyKind: Sendable {
    /// A list or an export: without its end it must not look complete.
    case bounded
    /// Events: whoever ends it, what was sent is whole.
    case endless
}

/// Why a streamed body takes no more bytes.
public enum BodyEnd: String, Error, Equatable, Sendable {
    /// Its producer said that it is complete.
    case finished
    /// Its producer gave up.
    case failed
    /// Its producer was told to stop, since the asker is no longer allowed.
    case cut
    /// The connection is to end.
    case draining
    /// The certificate of the connection has expired.
    case expired
    /// The peer took no byte for `Limits.writeNanoseconds`.
    case stalled
    /// The peer reset the stream, or the connection is gone.
    case peerGone = "peer_gone"
    /// Its producer did not wait for room.
    case overflow

    /// The stable code for records and metrics.
    public var code: String { rawValue }
}

/// What became of a streamed body.
public struct BodyOutcome: Equatable, Sendable {
    /// Why it is over.
    public let end: BodyEnd
    /// Bytes that left for the peer.
    public let bytes: Int
}

/// Writes the body of one streamed answer, from any task.
///
/// Write from one task at a time and wait for each write: it returns when the peer has taken enough. Whoever has a writer
/// has to end it.
public struct BodyWriter: Sendable {
    private let body: NIOLoopBound<OutgoingBody>
    private let pieceBytesMax: Int
    private let whenOver: EventLoopFuture<BodyOutcome>

    init(_ body: OutgoingBody, loop: any EventLoop) {
        self.body = NIOLoopBound(body, eventLoop: loop)
        pieceBytesMax = body.pieceBytesMax
        whenOver = body.whenOver
    }

    /// Sends bytes and waits until there is room for more.
    ///
    /// - Throws: ``BodyEnd`` once the answer takes no more: stop producing.
    public func write(_ bytes: ByteBuffer) async throws(BodyEnd) {
        var rest = bytes
        while rest.readableBytes > 0 {
            let count = min(rest.readableBytes, pieceBytesMax)
            guard var piece = rest.readSlice(length: count) else { return }
            // A piece that waits must not keep all the others.
            if count < bytes.readableBytes { piece = ByteBuffer(buffer: piece) }
            do {
                try await body.eventLoop.flatSubmit { [body, piece] in
                    body.value.write(piece)
                }.get()
            } catch {
                throw error as? BodyEnd ?? .peerGone
            }
        }
    }

    /// Ends the answer: `finished` completes it, `failed` breaks it off; the others complete an endless one only.
    public func end(_ reason: BodyEnd) {
        body.eventLoop.execute { [body] in body.value.close(reason) }
    }

    /// Waits until the answer is over, whoever ended it; a cancelled wait ends it as a drain does.
    public func over() async -> BodyOutcome {
        await withTaskCancellationHandler {
            (try? await whenOver.get()) ?? BodyOutcome(end: .peerGone, bytes: 0)
        } onCancel: {
            end(.draining)
        }
    }
}

extension BodyEnd: CustomStringConvertible {
    /// One line for people.
    public var description: String {
        switch self {
        case .finished: "the answer is complete"
        case .failed: "its producer gave up"
        case .cut: "the asker is no longer allowed it"
        case .draining: "the gateway is stopping"
        case .expired: "the certificate of the connection has expired"
        case .stalled: "the peer took no byte of it for too long"
        case .peerGone: "the peer is gone"
        case .overflow: "its producer did not wait for room"
        }
    }
}
