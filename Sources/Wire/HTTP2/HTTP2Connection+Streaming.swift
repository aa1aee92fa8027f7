import NIOCore

/// Streamed answers: DATA frames as flow control lets them out (RFC 9113 section 5.2).
extension HTTP2Connection {
    func beginStream(_ head: borrowing Response, _ body: OutgoingBody) -> Bool {
        let id = body.stream.value
        guard let session, !isClosing, session.begin(head, on: id, date: date) else { return false }
        if session.isStreaming(id) {
            streamed[id] = body
        } else {
            body.settle(.finished)
        }
        flush()
        return true
    }

    func writeData(_ bytes: ByteBuffer, of body: OutgoingBody) {
        guard streamed[body.stream.value] === body, let session else { return }
        session.write(bytes, on: body.stream.value)
        flush()
    }

    func endStream(_ body: OutgoingBody, inOrder: Bool) {
        let id = body.stream.value
        guard streamed[id] === body, let session else { return }
        streamed[id] = nil
        if inOrder {
            session.finish(id)
        } else {
            session.reset(id)
        }
        flush()
    }

    func noteRoom() {
        guard !streamed.isEmpty else { return }
        for body in streamed.values { body.noteRoom() }
    }
}
