import CNGHTTP2
import NIOCore

/// The library's callbacks while frames go out.
extension HTTP2Session {
    /// Says how much of the answer the next DATA frame takes; the bytes themselves are not copied here.
    func onReadData(
        _ id: Int32, _ length: Int, _ flags: UnsafeMutablePointer<UInt32>?
    ) -> Int {
        guard let slot = slot(of: id) else {
            return Int(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        let left = streams[slot].unsentBytes
        let count = min(length, left)
        if count == 0, streams[slot].mayGrow {
            streams[slot].isDeferred = true
            unsent -= 1
            return Int(NGHTTP2_ERR_DEFERRED.rawValue)
        }
        flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_NO_COPY.rawValue)
        if count == left, !streams[slot].mayGrow {
            flags?.pointee |= UInt32(NGHTTP2_DATA_FLAG_EOF.rawValue)
            if !streams[slot].hasEnded { lateResets.append(id) }
        }
        return count
    }

    /// Writes one DATA frame: the library's nine bytes and the answer's.
    func onSendData(
        _ frame: UnsafeMutablePointer<nghttp2_frame>?, _ header: UnsafePointer<UInt8>?,
        _ length: Int, _ source: UnsafeMutablePointer<nghttp2_data_source>?
    ) -> Int32 {
        guard let id = frame?.pointee.hd.stream_id, let slot = slot(of: id), let header else {
            return Int32(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        guard out.readableBytes < sendBytesMax else {
            return Int32(NGHTTP2_ERR_WOULDBLOCK.rawValue)
        }
        guard length <= streams[slot].unsentBytes else {
            return Int32(NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE.rawValue)
        }
        out.writeBytes(UnsafeRawBufferPointer(start: header, count: 9))
        let isWritten = streams[slot].writeAnswer(length, to: &out)
        queuedBytes &-= length
        if length >= limits.http2.flowDataBytesMin || streams[slot].unsentBytes == 0 {
            budget.grantFlow()
        }
        return isWritten ? 0 : Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)
    }

    /// Queues the answer to a stream; false if the stream is gone or answered.
    ///
    /// Where the peer has too much to take already, it gets an answer that says so.
    func respond(_ response: borrowing Response, on id: Int32, date: HTTPDate) -> Bool {
        let isTooMuch =
            queuedBytes > 0 && queuedBytes &+ response.body.count > limits.queuedBytesMax
        return isTooMuch
            ? queue(.answersNotTaken, on: id, date: date) : queue(response, on: id, date: date)
    }

    private func queue(_ response: borrowing Response, on id: Int32, date: HTTPDate) -> Bool {
        let body = response.body
        let isSent = response.mayHaveBody && !body.isEmpty
        return answer(id) { session, slot in
            let isHead = streams[slot].head.method == .head
            let sendsBody = isSent && !isHead
            if sendsBody {
                streams[slot].whole = body
                queuedBytes &+= body.count
            }
            if !sendsBody, !streams[slot].hasEnded { lateResets.append(id) }
            let code = HTTP2Encoder.submit(
                response, to: session, id, sendsBody: sendsBody, date: date)
            if code != 0 { failure = failure ?? .connectionBroken }
        }
    }

    /// Tells a peer that asked for it to send its body.
    func submitContinue(_ id: Int32) {
        HTTP2Encoder.submitContinue(session, id)
    }
}
