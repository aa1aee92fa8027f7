import CNGHTTP2
import NIOCore

/// The library's callbacks while bytes come in. Each returns 0, or a fatal code once the connection has failed.
extension HTTP2Session {
    private static let fatal = Int32(NGHTTP2_ERR_CALLBACK_FAILURE.rawValue)

    private var verdict: Int32 { failure == nil ? 0 : Self.fatal }

    func onFrameHeader(_ header: UnsafePointer<nghttp2_frame_hd>?) -> Int32 {
        guard let header = header?.pointee else { return verdict }
        let type = UInt32(header.type)
        if type == NGHTTP2_HEADERS.rawValue { return verdict }
        if type == NGHTTP2_WINDOW_UPDATE.rawValue {
            if !budget.payFlow() { failure = failure ?? .flood }
            return verdict
        }
        if type != NGHTTP2_DATA.rawValue || header.length == 0 { charge() }
        return verdict
    }

    func onBeginHeaders(_ frame: UnsafePointer<nghttp2_frame>?) -> Int32 {
        guard let frame = frame?.pointee else { return verdict }
        if frame.headers.cat == NGHTTP2_HCAT_REQUEST {
            _ = openStream(frame.hd.stream_id)
        }
        return verdict
    }

    func onHeader(
        _ frame: UnsafePointer<nghttp2_frame>?, _ name: UnsafeRawBufferPointer,
        _ value: UnsafeRawBufferPointer
    ) -> Int32 {
        guard let frame = frame?.pointee, let slot = slot(of: frame.hd.stream_id) else {
            return verdict
        }
        let size = streams[slot].headBytes + name.count + value.count + 32
        streams[slot].headBytes = size
        if size > limits.headBytesMax * limits.http2.headBytesHardFactor {
            failure = .flood
            return verdict
        }
        guard streams[slot].problem == nil else { return verdict }
        if streams[slot].phase == .body { streams[slot].problem = takeTrailer(slot, name, value) }
        guard streams[slot].phase == .head else { return verdict }
        if size > limits.headBytesMax {
            streams[slot].problem = .headTooLarge
        } else if name.first == Bytes.colon {
            streams[slot].problem = takePseudoHeader(slot, name, value)
        } else {
            streams[slot].problem = takeHeader(slot, name, value)
        }
        return verdict
    }

    /// A trailer is judged as a header is, and then forgotten: it never becomes one.
    private func takeTrailer(
        _ slot: Int, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> WireProblem? {
        streams[slot].trailerBytes += name.count + value.count + 32
        guard streams[slot].trailerBytes <= Limits.droppedBytesMax,
            name.allSatisfy(Bytes.isHeaderName), Bytes.isFieldValue(value)
        else { return .trailers }
        return nil
    }

    private func append(_ slot: Int, _ bytes: UnsafeRawBufferPointer) -> ByteRange {
        let start = heads.writerIndex - streams[slot].headStart
        heads.writeBytes(bytes)
        return ByteRange(start, start + bytes.count)
    }

    /// Appends `name:value CRLF` at once; the value's place.
    private func appendLine(
        _ slot: Int, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> ByteRange {
        let start = heads.writerIndex - streams[slot].headStart + name.count + 1
        let count = name.count + value.count + 3
        heads.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { line in
            line.copyMemory(from: name)
            line[name.count] = Bytes.colon
            UnsafeMutableRawBufferPointer(rebasing: line[(name.count + 1)...])
                .copyMemory(from: value)
            line[count - 2] = 0x0D
            line[count - 1] = 0x0A
            return count
        }
        return ByteRange(start, start + value.count)
    }

    private func takePseudoHeader(
        _ slot: Int, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> WireProblem? {
        if Bytes.equal(name, ":method") {
            guard value.count <= 16 else { return .malformedRequestLine }
            streams[slot].head.methodText = append(slot, value)
            streams[slot].head.method = Method(token: value)
        } else if Bytes.equal(name, ":path") {
            return takePath(slot, value)
        } else if Bytes.equal(name, ":authority") {
            guard FieldLine.isHost(value) else { return .hostInvalid }
            streams[slot].hasAuthority = true
            let range = append(slot, value)
            _ = streams[slot].head.note(.host, at: range)
        } else if Bytes.equal(name, ":scheme") {
            return Bytes.equal(value, "https") || Bytes.equal(value, "http") ? nil : .targetForm
        } else {
            return .streamBroken
        }
        return nil
    }

    private func takePath(_ slot: Int, _ value: UnsafeRawBufferPointer) -> WireProblem? {
        guard value.count <= limits.requestLineBytesMax else { return .targetTooLong }
        for byte in value where byte <= 0x20 || byte >= 0x7F || byte == 0x23 {
            return .malformedTarget
        }
        guard value.first == 0x2F || Bytes.equal(value, "*") else { return .targetForm }
        let range = append(slot, value)
        let start = Int(range.offset)
        if let mark = Bytes.index(of: 0x3F, in: value, from: 0) {
            streams[slot].head.path = ByteRange(start, start + mark)
            streams[slot].head.query = ByteRange(start + mark + 1, start + value.count)
            streams[slot].head.hasQuery = true
        } else {
            streams[slot].head.path = range
        }
        return nil
    }

    private func takeHeader(
        _ slot: Int, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer
    ) -> WireProblem? {
        guard streams[slot].head.fieldCount < limits.headerCountMax else { return .headersTooMany }
        for byte in name where !Bytes.isHeaderName(byte) { return .headerName }
        guard Bytes.isFieldValue(value) else { return .headerValue }
        if streams[slot].head.fieldCount == 0 {
            let start = heads.writerIndex - streams[slot].headStart
            streams[slot].head.fields = ByteRange(start, start)
        }
        streams[slot].head.fieldCount += 1
        let range = appendLine(slot, name, value)
        let start = Int(streams[slot].head.fields.offset)
        streams[slot].head.fields = ByteRange(start, heads.writerIndex - streams[slot].headStart)
        guard let known = KnownHeader(name: name) else { return nil }
        return note(slot, known, range, value)
    }

    private func note(
        _ slot: Int, _ known: KnownHeader, _ range: ByteRange, _ value: UnsafeRawBufferPointer
    ) -> WireProblem? {
        switch known {
        case .host where streams[slot].hasAuthority:
            guard let authority = streams[slot].head.range(of: .host) else { return .hostInvalid }
            let start = streams[slot].headStart
            let isSame = heads.withUnsafeReadableBytes { bytes in
                Bytes.equal(authority.of(Bytes.part(bytes, start, bytes.count)), value)
            }
            return isSame ? nil : .authorityConflict
        case .host:
            guard FieldLine.isHost(value) else { return .hostInvalid }
        case .contentLength:
            guard let length = FieldLine.contentLength(value) else { return .contentLength }
            streams[slot].head.contentLength = length
        case .expect:
            guard Bytes.equalFolded(value, "100-continue") else { return .expectation }
            streams[slot].head.expectsContinue = true
        case .transferEncoding, .connection: return .streamBroken
        case .authorization, .xAPIKey, .userAgent, .xRequestID, .contentType, .accept, .prefer,
            .cookie, .origin, .xConsulToken, .ifNoneMatch:
            break
        }
        return streams[slot].head.note(known, at: range) ? nil : .headerTwice
    }

    func onFrame(_ frame: UnsafePointer<nghttp2_frame>?) -> Int32 {
        guard let header = frame?.pointee.hd, let slot = slot(of: header.stream_id) else {
            return verdict
        }
        let type = UInt32(header.type)
        guard type == NGHTTP2_HEADERS.rawValue || type == NGHTTP2_DATA.rawValue else {
            return verdict
        }
        let isEnd = UInt32(header.flags) & UInt32(NGHTTP2_FLAG_END_STREAM.rawValue) != 0
        streams[slot].hasEnded = streams[slot].hasEnded || isEnd
        if streams[slot].phase == .head { finishHead(slot) }
        guard streams[slot].phase == .body else { return verdict }
        if let problem = streams[slot].problem {
            refuse(slot, problem)
        } else if isEnd {
            incomplete -= 1
            streams[slot].phase = .ready
            events.append(.request(streams[slot].id))
        } else if type == NGHTTP2_HEADERS.rawValue, streams[slot].head.expectsContinue {
            submitContinue(streams[slot].id)
        }
        return verdict
    }

    private func finishHead(_ slot: Int) {
        streams[slot].phase = .body
        if streams[slot].head.fieldCount == 0 {
            let end = heads.writerIndex - streams[slot].headStart
            streams[slot].head.fields = ByteRange(end, end)
        }
        if !streams[slot].head.has(.host) {
            streams[slot].problem = streams[slot].problem ?? .hostMissing
        }
        if Int(streams[slot].head.path.count) == 1, streams[slot].head.method != .options {
            let start = streams[slot].headStart + Int(streams[slot].head.path.offset)
            if heads.getInteger(at: start, as: UInt8.self) == 0x2A {
                streams[slot].problem = streams[slot].problem ?? .targetForm
            }
        }
        if streams[slot].head.contentLength ?? 0 > limits.bodyBytesMax {
            streams[slot].problem = streams[slot].problem ?? .bodyTooLarge
        }
    }

    private func refuse(_ slot: Int, _ problem: WireProblem) {
        incomplete -= 1
        streams[slot].phase = .given
        charge(limits.http2.idleFramesPerBrokenStream)
        events.append(.malformed(problem, streams[slot].id))
    }

    func onData(_ id: Int32, _ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard let slot = slot(of: id), streams[slot].phase == .body,
            streams[slot].problem == nil
        else { return verdict }
        let held = streams[slot].body?.readableBytes ?? 0
        if held + bytes.count > limits.bodyBytesMax {
            streams[slot].problem = .bodyTooLarge
        } else if bodyBytes + bytes.count > limits.http2.bodyBytesMax {
            streams[slot].problem = .bodiesTooLarge
        } else {
            var body = streams[slot].body ?? ByteBuffer()
            streams[slot].body = nil
            body.writeBytes(bytes)
            streams[slot].body = body
            bodyBytes += bytes.count
        }
        return verdict
    }

    func onInvalidFrame(_ frame: UnsafePointer<nghttp2_frame>?) -> Int32 {
        charge(limits.http2.idleFramesPerBrokenStream)
        return verdict
    }

    func onStreamClose(_ id: Int32, _ error: UInt32) -> Int32 {
        if let slot = slot(of: id) { closeStream(slot, error: error) }
        return verdict
    }
}
