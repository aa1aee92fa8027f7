import NIOCore

/// Streamed answers: chunks as the channel takes them (RFC 9112 section 7.1).
extension HTTP1Connection {
    func beginStream(_ head: borrowing Response, _ body: OutgoingBody) -> Bool {
        guard isUnanswered, streamed == nil, body.stream.value == number, context != nil else {
            return false
        }
        if head.closes || isDraining || hasFailed { keepsAlive = false }
        HTTP1Encoder.write(
            head, isHead: isHead, closes: !keepsAlive, isStreamed: true, date: date, to: &out)
        streamed = body
        send()
        if isHead || !head.mayHaveBody { body.close(.finished) }
        return true
    }

    func writeChunk(_ bytes: ByteBuffer, of body: OutgoingBody) {
        guard body === streamed, !endsAfterHeldChunks, !isHead else { return }
        if heldChunks.readableBytes == 0, context?.channel.isWritable ?? false {
            HTTP1Encoder.writeChunk(bytes, to: &out)
            send()
        } else {
            HTTP1Encoder.writeChunk(bytes, to: &heldChunks)
        }
    }

    func endStream(_ body: OutgoingBody, inOrder: Bool) {
        guard body === streamed else { return }
        guard inOrder else {
            // Without its last chunk the peer can't take the answer for complete.
            streamed = nil
            heldChunks = ByteBuffer()
            abort()
            return
        }
        if heldChunks.readableBytes > 0 {
            endsAfterHeldChunks = true
        } else {
            finishStream()
        }
    }

    func sendHeldChunks() {
        guard let body = streamed else { return }
        if heldChunks.readableBytes > 0 {
            out.writeImmutableBuffer(heldChunks)
            heldChunks.clear()
            send()
        }
        if endsAfterHeldChunks {
            finishStream()
        } else {
            body.noteRoom()
        }
    }

    private func finishStream() {
        endsAfterHeldChunks = false
        streamed = nil
        if isDraining { keepsAlive = false }
        if !isHead { HTTP1Encoder.writeLastChunk(to: &out) }
        isUnanswered = false
        send()
        if !isDecoding { proceed() }
    }
}
