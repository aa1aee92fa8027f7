import CNGHTTP2
import NIOCore

/// One HTTP/2 server session over libnghttp2: bytes in, events out; answers in, bytes out.
///
/// RFC 9113. Knows no channel. Confined to one thread.
///
/// INVARIANT: no access to a stored property spans a call into the library, which calls back into this object; so the
/// hot ones go without run-time exclusivity checks, which cost an eighth of the time here.
final class HTTP2Session {
    let limits: Limits
    private(set) var session: OpaquePointer?

    /// What happened since the caller last looked.
    @exclusivity(unchecked)
    var events: [HTTP2Event] = []
    /// The heads of the batch that is being taken, one behind the other.
    @exclusivity(unchecked)
    var heads = ByteBuffer()
    @exclusivity(unchecked)
    var streams: [HTTP2Stream] = []
    @exclusivity(unchecked)
    var freeSlots: [Int] = []
    @exclusivity(unchecked)
    var budget: FrameBudget
    /// Body bytes held for all streams.
    var bodyBytes = 0
    /// Answer bytes that are not sent.
    @exclusivity(unchecked)
    var queuedBytes = 0
    /// Streams whose body is not complete.
    var incomplete = 0
    /// Streams that are open.
    private(set) var openStreams = 0
    /// Why the connection has to end.
    @exclusivity(unchecked)
    var failure: WireProblem?
    /// The moment of the last bytes.
    private(set) var now: Int64 = 0
    /// Streams that are answered but whose answer is not wholly out.
    var unsent = 0
    /// How much `out` may hold while `send` runs.
    private(set) var sendBytesMax = 0
    /// Where answers are written while `send` runs.
    @exclusivity(unchecked)
    var out = ByteBuffer()
    /// Streams answered before their request was complete, to be reset once the answer is out.
    @exclusivity(unchecked)
    var lateResets: [Int32] = []
    var lastStream: Int32 = 0

    init?(limits: Limits) {
        self.limits = limits
        budget = FrameBudget(limits.http2)
        guard let session = Self.make(limits, owner: Unmanaged.passUnretained(self).toOpaque())
        else { return nil }
        self.session = session
        guard submitSettings() else { return nil }
    }

    deinit {
        nghttp2_session_del(session)
    }

    /// Takes bytes of the peer.
    ///
    /// - Parameters:
    ///   - bytes: what came, cut anywhere.
    ///   - now: nanoseconds of any steady clock.
    /// - Returns: false if the connection has to end.
    func receive(_ bytes: UnsafeRawBufferPointer, now: Int64) -> Bool {
        guard failure == nil else { return false }
        self.now = now
        budget.fill(now: now)
        startBatch()
        let count = nghttp2_session_mem_recv(
            session, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        if count < 0, failure == nil { failure = .connectionBroken }
        if incomplete > 0 { keepIncompleteHeads() }
        return failure == nil
    }

    /// True once neither side has anything more to say.
    var isFinished: Bool {
        nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0
    }

    /// Writes frames into `out` until nothing is left or it holds `bytesMax`; true if there may be more.
    func send(bytesMax: Int) -> Bool {
        sendBytesMax = bytesMax
        var hasMore = true
        while hasMore {
            hasMore = false
            while out.readableBytes < bytesMax {
                var data: UnsafePointer<UInt8>?
                let count = nghttp2_session_mem_send(session, &data)
                guard count > 0, let data else {
                    if count < 0 { failure = failure ?? .connectionBroken }
                    break
                }
                out.writeBytes(UnsafeRawBufferPointer(start: data, count: count))
            }
            if !lateResets.isEmpty {
                for id in lateResets {
                    nghttp2_submit_rst_stream(session, 0, id, NGHTTP2_NO_ERROR.rawValue)
                }
                lateResets.removeAll(keepingCapacity: true)
                hasMore = out.readableBytes < bytesMax
            }
        }
        return failure == nil && nghttp2_session_want_write(session) != 0
    }

    /// The last frame of a connection whose peer broke the rules (RFC 9113 section 6.8).
    func writeGoAway(_ problem: WireProblem) {
        let code = problem == .flood ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR
        out.writeBytes([0, 0, 8, 7, 0, 0, 0, 0, 0] as [UInt8])
        out.writeInteger(lastStream)
        out.writeInteger(code.rawValue)
    }

    /// First step of a drain: says that no further streams are wanted, while those under way still count.
    func announceEnd() { nghttp2_submit_shutdown_notice(session) }

    /// Second step: takes no further streams.
    func refuseNewStreams() {
        nghttp2_submit_goaway(
            session, 0, nghttp2_session_get_last_proc_stream_id(session), NGHTTP2_NO_ERROR.rawValue,
            nil, 0)
    }

    // MARK: Streams

    /// The slot of a stream that is open.
    @inline(__always)
    func slot(of id: Int32) -> Int? {
        guard let data = nghttp2_session_get_stream_user_data(session, id) else { return nil }
        let slot = Int(bitPattern: data) &- 1
        return streams.indices.contains(slot) ? slot : nil
    }

    func openStream(_ id: Int32) -> Int {
        let slot: Int
        if let free = freeSlots.popLast() {
            // Cleared when its last stream closed.
            slot = free
        } else {
            slot = streams.count
            streams.append(HTTP2Stream())
        }
        streams[slot].id = id
        streams[slot].phase = .head
        streams[slot].headStart = heads.writerIndex
        streams[slot].since = now
        streams[slot].windowSince = now
        openStreams += 1
        incomplete += 1
        lastStream = max(lastStream, id)
        nghttp2_session_set_stream_user_data(
            session, id, UnsafeMutableRawPointer(bitPattern: slot &+ 1))
        return slot
    }

    func closeStream(_ slot: Int, error: UInt32) {
        let id = streams[slot].id
        switch streams[slot].phase {
        case .free: return
        case .head, .body:
            incomplete -= 1
            events.append(.broken(id))
        case .ready: break
        case .given: events.append(.abandoned(id))
        case .answered: closeAnswer(slot, error)
        }
        if error != NGHTTP2_NO_ERROR.rawValue { charge(limits.http2.idleFramesPerBrokenStream) }
        bodyBytes -= streams[slot].body?.readableBytes ?? 0
        queuedBytes &-= streams[slot].unsentBytes
        streams[slot] = HTTP2Stream()
        freeSlots.append(slot)
        openStreams -= 1
    }

    /// Pays for something that is no request; ends the connection when nothing is left.
    func charge(_ count: Int = 1) {
        if !budget.pay(count) { failure = failure ?? .flood }
    }

    /// Clears the batch's bytes, but for those of a head that the last batch ended in.
    private func startBatch() {
        guard incomplete > 0,
            let slot = streams.indices.first(where: { streams[$0].phase == .head })
        else {
            heads.clear()
            return
        }
        let start = streams[slot].headStart
        var kept = ByteBuffer()
        if var part = heads.getSlice(at: start, length: heads.writerIndex - start) {
            kept.writeBuffer(&part)
        }
        heads = kept
        streams[slot].headStart = 0
    }

    /// Heads of streams that wait for a body leave the batch's buffer.
    private func keepIncompleteHeads() {
        for slot in streams.indices where streams[slot].phase == .body {
            if streams[slot].ownHead == nil {
                let start = streams[slot].headStart
                let length = Int(streams[slot].head.fields.offset + streams[slot].head.fields.count)
                streams[slot].ownHead = heads.getSlice(at: start, length: length).map {
                    ByteBuffer(buffer: $0)
                }
            }
        }
    }

    /// Finds requests that take too long; a head that does ends the connection.
    func expire(now: Int64) {
        for slot in streams.indices {
            switch streams[slot].phase {
            case .head where now - streams[slot].since >= limits.headNanoseconds:
                failure = failure ?? .headTimeout
            case .body where isOverdue(slot, now: now):
                streams[slot].phase = .given
                incomplete -= 1
                events.append(.malformed(.bodyTimeout, streams[slot].id))
            case .free, .head, .body, .ready, .given, .answered: break
            }
        }
    }

    private func isOverdue(_ slot: Int, now: Int64) -> Bool {
        if now - streams[slot].since >= limits.bodyNanoseconds { return true }
        guard now - streams[slot].windowSince >= limits.bodyProgressNanoseconds else {
            return false
        }
        let bytes = streams[slot].body?.readableBytes ?? 0
        if bytes - streams[slot].windowBytes < limits.bodyProgressBytesMin { return true }
        streams[slot].windowSince = now
        streams[slot].windowBytes = bytes
        return false
    }

    /// Makes the request of a stream that is ready; nil if it is gone.
    func takeRequest(_ id: Int32) -> Request? {
        guard let slot = slot(of: id), streams[slot].phase == .ready else { return nil }
        streams[slot].phase = .given
        let head = streams[slot].head
        let body = streams[slot].body
        bodyBytes -= body?.readableBytes ?? 0
        streams[slot].body = nil
        let storage: ByteBuffer
        if let own = streams[slot].ownHead {
            storage = own
            streams[slot].ownHead = nil
        } else {
            let length = Int(head.fields.offset + head.fields.count)
            storage = heads.getSlice(at: streams[slot].headStart, length: length) ?? ByteBuffer()
        }
        budget.grant()
        return Request(head: head, storage: storage, body: body, isHTTP2: true)
    }

    /// Lets `submit` use the session for a stream that has no answer yet; false if there is none.
    func answer(_ id: Int32, _ submit: (OpaquePointer, Int) -> Void) -> Bool {
        guard let session, let slot = slot(of: id) else { return false }
        switch streams[slot].phase {
        case .free, .answered, .ready: return false
        case .head, .body: incomplete -= 1
        case .given: break
        }
        streams[slot].phase = .answered
        streams[slot].windowBytes = -1
        unsent += 1
        bodyBytes -= streams[slot].body?.readableBytes ?? 0
        streams[slot].body = nil
        submit(session, slot)
        return true
    }

    private func submitSettings() -> Bool {
        var entries = [
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS.rawValue),
                value: limits.http2.concurrentStreamsMax),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE.rawValue),
                value: limits.http2.initialWindowBytes),
            nghttp2_settings_entry(
                settings_id: Int32(NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE.rawValue),
                value: UInt32(clamping: limits.headBytesMax)),
        ]
        return nghttp2_submit_settings(session, 0, &entries, entries.count) == 0
    }
}
