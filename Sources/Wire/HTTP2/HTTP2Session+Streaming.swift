import CNGHTTP2
import NIOCore

/// Answers whose body comes bit by bit.
extension HTTP2Session {
    /// Queues the head of an answer; false if the stream is gone or answered.
    func begin(_ head: borrowing Response, on id: Int32, date: HTTPDate) -> Bool {
        answer(id) { session, slot in
            let sendsBody = head.mayHaveBody && streams[slot].head.method != .head
            streams[slot].isStreamed = sendsBody
            if !sendsBody, !streams[slot].hasEnded { lateResets.append(id) }
            let code = HTTP2Encoder.submit(
                head, to: session, id, sendsBody: sendsBody, isStreamed: true, date: date)
            if code != 0 { failure = failure ?? .connectionBroken }
        }
    }

    /// Whether more of an answer may be written.
    func isStreaming(_ id: Int32) -> Bool {
        slot(of: id).map { streams[$0].isStreamed } ?? false
    }

    /// Bytes of a streamed answer that wait for the peer.
    func heldBytes(_ id: Int32) -> Int {
        slot(of: id).map { streams[$0].answer.readableBytes } ?? 0
    }

    /// Queues bytes of a streamed answer.
    func write(_ bytes: ByteBuffer, on id: Int32) {
        guard let slot = slot(of: id), streams[slot].isStreamed else { return }
        var answer = streams[slot].answer
        streams[slot].answer = ByteBuffer()
        if answer.readableBytes == 0 { answer.clear() }
        answer.writeImmutableBuffer(bytes)
        answer.discardReadBytes()
        streams[slot].answer = answer
        resume(slot)
    }

    /// Ends a streamed answer behind what is held of it.
    func finish(_ id: Int32) {
        guard let slot = slot(of: id), streams[slot].isStreamed else { return }
        streams[slot].isStreamed = false
        resume(slot)
    }

    /// Breaks a streamed answer off (RFC 9113 section 7, INTERNAL_ERROR).
    func reset(_ id: Int32) {
        guard let slot = slot(of: id), streams[slot].isStreamed else { return }
        streams[slot].isStreamed = false
        nghttp2_submit_rst_stream(session, 0, id, NGHTTP2_INTERNAL_ERROR.rawValue)
    }

    private func resume(_ slot: Int) {
        guard streams[slot].isDeferred else { return }
        streams[slot].isDeferred = false
        unsent += 1
        if nghttp2_session_resume_data(session, streams[slot].id) != 0 {
            failure = failure ?? .connectionBroken
        }
    }
}
