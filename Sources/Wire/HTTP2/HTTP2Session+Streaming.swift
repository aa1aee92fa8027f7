import CNGHTTP2
import NIOCore

/// Answers whose body comes bit by bit.
extension HTTP2Session {
    /// Queues the head of an answer; false if the stream is gone or answered.
    func begin(_ head: borrowing Response, on id: Int32, date: HTTPDate) -> Bool {
        answer(id) { session, slot in
            let sendsBody = head.mayHaveBody && streams[slot].head.method != .head
            streams[slot].isStreamed = sendsBody
            streams[slot].mayGrow = sendsBody
            if !sendsBody, !streams[slot].hasEnded { lateResets.append(id) }
            let code = HTTP2Encoder.submit(
                head, to: session, id, sendsBody: sendsBody, isStreamed: true, date: date)
            if code != 0 { failure = failure ?? .connectionBroken }
        }
    }

    /// Whether more of an answer may be written.
    func isStreaming(_ id: Int32) -> Bool {
        slot(of: id).map { streams[$0].mayGrow } ?? false
    }

    /// Bytes of a streamed answer that wait for the peer.
    func heldBytes(_ id: Int32) -> Int {
        slot(of: id).map { streams[$0].answer.readableBytes } ?? 0
    }

    /// Queues bytes of a streamed answer.
    func write(_ bytes: ByteBuffer, on id: Int32) {
        guard let slot = slot(of: id), streams[slot].mayGrow else { return }
        queuedBytes &+= bytes.readableBytes
        if streams[slot].answer.readableBytes == 0 {
            streams[slot].answer = bytes
        } else {
            var answer = ByteBuffer()
            swap(&answer, &streams[slot].answer)
            if answer.readerIndex > limits.streamBytesMax { answer.discardReadBytes() }
            answer.writeImmutableBuffer(bytes)
            streams[slot].answer = answer
        }
        resume(slot)
    }

    /// Ends a streamed answer behind what is held of it.
    func finish(_ id: Int32) {
        guard let slot = slot(of: id), streams[slot].mayGrow else { return }
        streams[slot].mayGrow = false
        resume(slot)
    }

    /// Breaks a streamed answer off (RFC 9113 section 7, INTERNAL_ERROR).
    func breakOff(_ id: Int32) {
        guard let slot = slot(of: id), streams[slot].isStreamed else { return }
        streams[slot].isStreamed = false
        streams[slot].mayGrow = false
        nghttp2_submit_rst_stream(session, 0, id, NGHTTP2_INTERNAL_ERROR.rawValue)
    }

    /// An answered stream is closed: in order if all of it went out.
    func closeAnswer(_ slot: Int, _ error: UInt32) {
        if !streams[slot].isDeferred { unsent -= 1 }
        guard streams[slot].isStreamed else { return }
        let isWhole =
            error == NGHTTP2_NO_ERROR.rawValue && !streams[slot].mayGrow
            && streams[slot].answer.readableBytes == 0
        events.append(
            .streamGone(
                streams[slot].id, isWhole ? .finished : .peerGone, taken: streams[slot].sent))
    }

    private func resume(_ slot: Int) {
        guard streams[slot].isDeferred else { return }
        streams[slot].isDeferred = false
        streams[slot].windowBytes = -1
        unsent += 1
        if nghttp2_session_resume_data(session, streams[slot].id) != 0 {
            failure = failure ?? .connectionBroken
        }
    }
}

/// Peers that don't take their answers.
extension HTTP2Session {
    /// Resets the streams of which the peer took no byte for `Limits.writeNanoseconds`; true if there were any.
    ///
    /// To be called now and then while the channel takes bytes. What counts is each stream's own progress: not frames that
    /// a peer provokes beside it, nor other streams.
    func resetStalled(now: Int64) -> Bool {
        var isAnyStalled = false
        for slot in streams.indices
        where streams[slot].phase == .answered && !streams[slot].isDeferred {
            if streams[slot].mayGrow, streams[slot].answer.readableBytes == 0 {
                streams[slot].windowBytes = -1
            } else if streams[slot].sent != streams[slot].windowBytes {
                streams[slot].windowBytes = streams[slot].sent
                streams[slot].windowSince = now
            } else if now - streams[slot].windowSince >= limits.writeNanoseconds {
                isAnyStalled = true
                if streams[slot].isStreamed {
                    streams[slot].isStreamed = false
                    streams[slot].mayGrow = false
                    events.append(
                        .streamGone(streams[slot].id, .stalled, taken: streams[slot].sent))
                }
                nghttp2_submit_rst_stream(
                    session, 0, streams[slot].id, NGHTTP2_CANCEL.rawValue)
            }
        }
        return isAnyStalled
    }
}
