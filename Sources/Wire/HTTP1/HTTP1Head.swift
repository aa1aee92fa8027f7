/// Parses the head of an HTTP/1.1 request line by line; picks up where it was when more bytes come.
///
/// RFC 9112 sections 2 to 6, without any of the leniencies that it permits.
struct HTTP1Head {
    enum Step: Equatable {
        case needMore
        /// The head is complete and this many bytes long.
        case complete(Int)
        case failed(WireProblem)
    }

    private(set) var head = Head()
    private var position = 0
    private var hasRequestLine = false

    /// Goes on with all bytes from the start of the head on.
    mutating func parse(_ bytes: UnsafeRawBufferPointer, limits: borrowing Limits) -> Step {
        while true {
            guard let end = Bytes.index(of: Bytes.lineFeed, in: bytes, from: position) else {
                return overflow(count: bytes.count, limits: limits).map { .failed($0) } ?? .needMore
            }
            if let problem = overflow(count: end &+ 1, limits: limits) { return .failed(problem) }
            guard end > position, bytes[end &- 1] == Bytes.carriageReturn else {
                return .failed(.lineEnd)
            }
            let start = position
            position = end &+ 1
            if hasRequestLine {
                if end &- 1 == start {
                    head.fields = ByteRange(Int(head.fields.offset), start)
                    return finish(bytes)
                }
                guard head.fieldCount < limits.headerCountMax else {
                    return .failed(.headersTooMany)
                }
                if let problem = parseField(bytes, start, end &- 1) { return .failed(problem) }
            } else {
                if let problem = parseRequestLine(bytes, start, end &- 1, limits: limits) {
                    return .failed(problem)
                }
                hasRequestLine = true
                head.fields = ByteRange(position, position)
            }
        }
    }

    private func overflow(count: Int, limits: borrowing Limits) -> WireProblem? {
        if !hasRequestLine {
            return count > limits.requestLineBytesMax ? .targetTooLong : nil
        }
        return count > limits.headBytesMax ? .headTooLarge : nil
    }

    private mutating func parseRequestLine(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int, limits: borrowing Limits
    ) -> WireProblem? {
        var index = start
        while index < end, Bytes.isToken(bytes[index]) { index &+= 1 }
        guard index > start, index &- start <= 16, index < end, bytes[index] == Bytes.space else {
            return hasCarriageReturn(bytes, start, end) ?? .malformedRequestLine
        }
        head.methodText = ByteRange(start, index)
        head.method = Method(token: Bytes.part(bytes, start, index))
        let target = index &+ 1
        index = target
        while index < end, isTargetByte(bytes[index]) { index &+= 1 }
        guard index < end else { return .malformedRequestLine }
        guard bytes[index] == Bytes.space else {
            return hasCarriageReturn(bytes, start, end) ?? .malformedTarget
        }
        guard index > target else { return .malformedRequestLine }
        if let problem = version(Bytes.part(bytes, index &+ 1, end), limits: limits) {
            return hasCarriageReturn(bytes, start, end) ?? problem
        }
        let isAsterisk = index == target &+ 1 && bytes[target] == 0x2A && head.method == .options
        if bytes[target] == 0x2F || isAsterisk {
            head.noteTarget(bytes, from: target, to: index)
            return nil
        }
        return noteAbsoluteTarget(bytes, from: target, to: index)
    }

    /// The absolute form, as a client behind a proxy sends it (RFC 9112 section 3.2.2); its path must be there.
    private mutating func noteAbsoluteTarget(
        _ bytes: UnsafeRawBufferPointer, from start: Int, to end: Int
    ) -> WireProblem? {
        let schemes: [StaticString] = ["https://", "http://"]
        for scheme in schemes where end &- start > scheme.utf8CodeUnitCount {
            let authority = start &+ scheme.utf8CodeUnitCount
            guard Bytes.equalFolded(Bytes.part(bytes, start, authority), scheme),
                let slash = Bytes.index(
                    of: 0x2F, in: Bytes.part(bytes, 0, end), from: authority),
                FieldLine.isHost(Bytes.part(bytes, authority, slash))
            else { continue }
            head.authority = ByteRange(authority, slash)
            head.noteTarget(bytes, from: slash, to: end)
            return nil
        }
        return .targetForm
    }

    private func hasCarriageReturn(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) -> WireProblem? {
        let line = Bytes.part(bytes, start, end)
        return Bytes.index(of: Bytes.carriageReturn, in: line, from: 0) == nil ? nil : .lineEnd
    }

    private mutating func version(
        _ bytes: UnsafeRawBufferPointer, limits: borrowing Limits
    ) -> WireProblem? {
        if Bytes.equal(bytes, "HTTP/1.1") { return nil }
        if limits.takesHTTP10, Bytes.equal(bytes, "HTTP/1.0") {
            head.isHTTP10 = true
            head.keepAlive = false
            return nil
        }
        guard bytes.count == 8, Bytes.equal(Bytes.part(bytes, 0, 5), "HTTP/"), bytes[6] == 0x2E,
            (0x30...0x39).contains(bytes[5]), (0x30...0x39).contains(bytes[7])
        else { return .malformedRequestLine }
        return .version
    }

    /// Visible ASCII without `#`.
    @inline(__always)
    private func isTargetByte(_ byte: UInt8) -> Bool {
        byte > 0x20 && byte < 0x7F && byte != 0x23
    }

    private mutating func parseField(
        _ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int
    ) -> WireProblem? {
        if bytes[start] == Bytes.space || bytes[start] == Bytes.tab { return .foldedHeader }
        var colon = start
        while colon < end, Bytes.isHeaderName(bytes[colon]) { colon &+= 1 }
        guard colon > start, colon < end, bytes[colon] == Bytes.colon else {
            return hasCarriageReturn(bytes, start, end) ?? .headerName
        }
        var first = colon &+ 1
        var last = end
        while first < last, bytes[first] == Bytes.space || bytes[first] == Bytes.tab { first &+= 1 }
        while last > first, bytes[last &- 1] == Bytes.space || bytes[last &- 1] == Bytes.tab {
            last &-= 1
        }
        let value = Bytes.part(bytes, first, last)
        guard Bytes.isFieldValue(value) else {
            return hasCarriageReturn(bytes, start, end) ?? .headerValue
        }
        head.fieldCount &+= 1
        guard let known = KnownHeader(name: Bytes.part(bytes, start, colon)) else { return nil }
        guard head.note(known, at: ByteRange(first, last)) else { return .headerTwice }
        return note(known, value)
    }

    private mutating func note(
        _ known: KnownHeader, _ value: UnsafeRawBufferPointer
    ) -> WireProblem? {
        switch known {
        case .host:
            return FieldLine.isHost(value) ? nil : .hostInvalid
        case .contentLength:
            guard let length = FieldLine.contentLength(value) else { return .contentLength }
            head.contentLength = length
        case .transferEncoding:
            guard Bytes.equalFolded(value, "chunked"), !head.isHTTP10 else {
                return .transferEncoding
            }
            head.isChunked = true
        case .connection:
            if FieldLine.list(value, holds: "close") { head.keepAlive = false }
        case .expect:
            guard Bytes.equalFolded(value, "100-continue") else { return .expectation }
            head.expectsContinue = !head.isHTTP10
        case .authorization, .xAPIKey, .userAgent, .xRequestID, .contentType, .accept, .prefer,
            .cookie, .origin, .xConsulToken, .ifNoneMatch:
            break
        }
        return nil
    }

    private func finish(_ bytes: UnsafeRawBufferPointer) -> Step {
        if let host = head.range(of: .host) {
            if let authority = head.authority,
                !Bytes.equalFolded(authority.of(bytes), host.of(bytes))
            {
                return .failed(.authorityConflict)
            }
        } else if !head.isHTTP10 {
            return .failed(.hostMissing)
        }
        guard head.contentLength == nil || !head.isChunked else { return .failed(.lengthConflict) }
        return .complete(position)
    }
}
