import NIOCore
@testable import Wire

/// Feeds bytes to the HTTP/1.1 decoder, whole and cut in two, and compares what comes out.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzHTTP1(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    guard let first = bytes.first else { return 0 }
    let rest = Array(bytes.dropFirst())
    let cut = rest.isEmpty ? 0 : Int(first) % rest.count
    let whole = decode([rest])
    let halves = decode([Array(rest[..<cut]), Array(rest[cut...])])
    precondition(whole == halves, "the cut changed the outcome")
    return 0
}

private func decode(_ pieces: [[UInt8]]) -> [String] {
    var limits = Limits()
    limits.headBytesMax = 1024
    limits.requestLineBytesMax = 256
    limits.headerCountMax = 8
    limits.bodyBytesMax = 512
    var decoder = HTTP1Decoder(limits: limits)
    var buffer = ByteBuffer()
    var found: [String] = []
    for piece in pieces {
        buffer.writeBytes(piece)
        feed: while true {
            switch decoder.next(&buffer) {
            case .needMore: break feed
            case .sendContinue: continue feed
            case .failed(let problem):
                found.append(problem.code)
                return found
            case .request(let request): found.append(describe(request))
            }
        }
    }
    return found
}

private func describe(_ request: Request) -> String {
    var text = "\(request.methodText) \(request.target) \(request.keepAlive)"
    request.forEachHeader { name, value in
        text += String(decoding: name, as: UTF8.self) + String(decoding: value, as: UTF8.self)
    }
    for header in KnownHeader.allCases { text += request.header(header) ?? "-" }
    _ = try? request.normalisedPath()
    _ = try? request.queryItems()
    if let body = request.body { text += String(buffer: body) }
    return text
}
