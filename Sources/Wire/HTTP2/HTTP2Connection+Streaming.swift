import NIOCore

/// Streamed answers: DATA frames as flow control lets them out (RFC 9113 section 5.2).
extension HTTP2Connection: BodyCarrier {
    var bodies: [OutgoingBody] { Array(streamed.values) }

    func begin(_ head: borrowing Response, _ body: OutgoingBody) -> Bool {
        let id = body.stream.value
        guard let session, !isClosing, session.begin(head, on: id, date: date) else { return false }
        if head.closes, session.failure == nil { wantsEnd = true }
        if session.isStreaming(id) {
            streamed[id] = body
        } else {
            body.settle(.finished)
        }
        return true
    }

    func write(_ bytes: ByteBuffer, of body: OutgoingBody) {
        guard streamed[body.stream.value] === body, let session else { return }
        session.write(bytes, on: body.stream.value)
        flush()
    }

    func heldBytes(of body: OutgoingBody) -> Int {
        session?.heldBytes(body.stream.value) ?? 0
    }

    func complete(_ body: OutgoingBody) {
        guard streamed[body.stream.value] === body, let session else { return }
        session.finish(body.stream.value)
        flush()
    }

    func breakOff(_ body: OutgoingBody) {
        guard streamed[body.stream.value] === body, let session else { return }
        streamed[body.stream.value] = nil
        session.breakOff(body.stream.value)
        flush()
    }

    /// The stream is gone: in order if its last bytes went out before.
    func noteGone(_ id: Int32, _ reason: BodyEnd, taken: Int) {
        guard let body = streamed.removeValue(forKey: id) else { return }
        body.taken = taken
        body.settle(reason)
    }

    func noteTaken() {
        guard !streamed.isEmpty else { return }
        for body in streamed.values { body.noteTaken() }
    }
}
