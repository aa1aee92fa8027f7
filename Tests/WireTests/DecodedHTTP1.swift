import NIOCore

@testable import Wire

/// What a decoder made of some bytes, comparable.
struct DecodedHTTP1: Equatable {
    var requests: [String] = []
    var problem: WireProblem?
    var continues = 0

    /// Feeds the bytes in the given pieces, as a connection would.
    init(_ pieces: [[UInt8]], limits: Limits = Limits()) {
        var decoder = HTTP1Decoder(limits: limits)
        var buffer = ByteBuffer()
        for piece in pieces {
            buffer.writeBytes(piece)
            feed: while problem == nil {
                switch decoder.next(&buffer) {
                case .needMore: break feed
                case .sendContinue: continues += 1
                case .failed(let found): problem = found
                case .request(let request): requests.append(Self.describe(request))
                }
            }
        }
    }

    init(_ text: String, limits: Limits = Limits()) {
        self.init([Array(text.utf8)], limits: limits)
    }

    static func describe(_ request: Request) -> String {
        var text = "\(request.methodText) \(request.target) alive=\(request.keepAlive)"
        request.forEachHeader { name, value in
            text += "|" + String(decoding: name, as: UTF8.self)
            text += "=" + String(decoding: value, as: UTF8.self)
        }
        if let body = request.body { text += "|body=" + String(buffer: body) }
        return text
    }
}
