import NIOCore
@testable import Wire

/// Feeds frames to an HTTP/2 session behind a sound preface, and answers what comes out of it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP2(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    var limits = Limits()
    limits.headBytesMax = 1024
    limits.headerCountMax = 8
    limits.bodyBytesMax = 512
    limits.http2.bodyBytesMax = 1024
    limits.http2.concurrentStreamsMax = 8
    limits.http2.idleFramesMax = 64
    guard let session = HTTP2Session(limits: limits) else { return 0 }
    let date = HTTPDate.ofThisThread
    let sound = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0]
    let rest = Array(bytes.dropFirst())
    let cut = rest.isEmpty ? 0 : Int(first) % rest.count
    var now: Int64 = 0
    for piece in [sound, Array(rest[..<cut]), Array(rest[cut...])] {
        now += 4_000_000_000
        let isSound = piece.withUnsafeBytes { session.receive($0, now: now) }
        let events = session.events
        session.events = []
        for event in events { answer(event, session, date) }
        guard isSound else {
            session.writeGoAway(session.failure ?? .connectionBroken)
            return 0
        }
        _ = session.send(bytesMax: 4096)
        session.out.clear()
        session.expire(now: now)
        precondition(session.bodyBytes >= 0 && session.bodyBytes <= limits.http2.bodyBytesMax)
        precondition(session.incomplete >= 0 && session.unsent >= 0 && session.openStreams >= 0)
        precondition(session.streams.count <= 64)
    }
    return 0
}

private func answer(_ event: HTTP2Event, _ session: HTTP2Session, _ date: HTTPDate) {
    switch event {
    case .request(let id):
        guard let request = session.takeRequest(id) else { return }
        _ = try? request.normalisedPath()
        var text = request.methodText + request.target
        request.forEachHeader { name, value in
            text += String(decoding: name, as: UTF8.self) + String(decoding: value, as: UTF8.self)
        }
        for header in KnownHeader.allCases { text += request.header(header) ?? "" }
        let response = Response(
            status: 200, contentType: "text/plain", body: Array(text.utf8))
        _ = session.respond(response, on: id, date: date)
    case .malformed(let problem, let id):
        _ = session.respond(Response(problem: problem), on: id, date: date)
    case .broken, .abandoned: break
    }
}
