import NIOCore

/// Streamed answers: chunks as the channel takes them (RFC 9112 section 7.1).
///
/// What the channel does not take is held without its framing, and becomes one chunk.
extension HTTP1Connection: BodyCarrier {
    var bodies: [OutgoingBody] { streamed.map { [$0] } ?? [] }

    func begin(_ head: borrowing Response, _ body: OutgoingBody) -> Bool {
        guard isUnanswered, streamed == nil, body.stream.value == number, context != nil else {
            return false
        }
        if head.closes || isDraining || hasFailed { keepsAlive = false }
        HTTP1Encoder.write(
            head, isHead: isHead, closes: !keepsAlive, isStreamed: true, date: date, to: &out)
        streamed = body
        sendsChunks = head.mayHaveBody && !isHead
        if !sendsChunks { body.close(.finished) }
        return true
    }

    func write(_ bytes: ByteBuffer, of body: OutgoingBody) {
        guard body === streamed else { return }
        if held.readableBytes == 0, context?.channel.isWritable ?? false {
            HTTP1Encoder.writeChunk(bytes, to: &out)
            send()
        } else if held.readableBytes == 0 {
            held = bytes
        } else {
            held.writeImmutableBuffer(bytes)
        }
    }

    func heldBytes(of body: OutgoingBody) -> Int { body === streamed ? held.readableBytes : 0 }

    func complete(_ body: OutgoingBody) {
        guard body === streamed, held.readableBytes == 0 else { return }
        if isDraining { keepsAlive = false }
        if sendsChunks { HTTP1Encoder.writeLastChunk(to: &out) }
        streamed = nil
        isUnanswered = false
        send()
        body.settle(.finished)
        if !isDecoding { proceed() }
    }

    /// Without its last chunk the peer can't take the answer for complete.
    func breakOff(_ body: OutgoingBody) {
        guard body === streamed else { return }
        streamed = nil
        held = ByteBuffer()
        abort()
    }

    /// Sends what was held once the channel takes bytes again.
    func sendHeld() {
        guard let body = streamed, held.readableBytes > 0 else { return }
        HTTP1Encoder.writeChunk(held, to: &out)
        held = ByteBuffer()
        send()
        body.noteTaken()
        if body.ending != nil { complete(body) }
    }
}
