import NIOCore
import NIOEmbedded

@testable import Wire

/// Notes what a connection gives and answers as told.
final class RecordingHandler: ConnectionHandler {
    enum Manner { case atOnce, atTheEnd, never }

    var manner = Manner.atOnce
    var answer: (Request, StreamID) -> Response = { request, _ in
        var text = request.target
        if let body = request.body { text += " " + String(buffer: body) }
        return Response(
            status: 200, contentType: "text/plain", body: Array(text.utf8))
    }
    var problemAnswer = ProblemAnswer.standard
    private(set) var requests: [Request] = []
    private(set) var streams: [StreamID] = []
    private(set) var problems: [WireProblem] = []
    private(set) var abandoned: [StreamID] = []
    private(set) var isOpened = false
    private(set) var closedCount = 0
    /// Bytes of answers that wait, as the connection tells it.
    private(set) var queuedBytes = 0
    private(set) var connection: Connection?
    private var pending: [(Response, StreamID)] = []

    var targets: [String] { requests.map(\.target) }

    func opened(_ connection: Connection) {
        isOpened = true
        self.connection = connection
    }

    func receive(_ request: Request, stream: StreamID) {
        requests.append(request)
        streams.append(stream)
        switch manner {
        case .atOnce:
            connection?.respond(answer(request, stream), on: stream)
            connection?.flush()
        case .atTheEnd: pending.append((answer(request, stream), stream))
        case .never: break
        }
    }

    func receivedAll() {
        for (response, stream) in pending { connection?.respond(response, on: stream) }
        pending = []
        connection?.flush()
    }

    func malformed(_ problem: WireProblem, stream: StreamID?) -> ProblemAnswer {
        problems.append(problem)
        return problemAnswer
    }

    func abandoned(stream: StreamID) { abandoned.append(stream) }

    func queued(_ change: Int) { queuedBytes += change }

    func closed() {
        closedCount += 1
        connection = nil
    }
}

extension EmbeddedChannel {
    /// A channel that is connected and has the connection in it.
    static func with(_ connection: Connection) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        try channel.pipeline.syncOperations.addHandler(connection)
        return channel
    }

    func write(text: String) throws {
        try writeInbound(ByteBuffer(string: text))
    }

    func outboundBytes() throws -> ByteBuffer {
        var all = ByteBuffer()
        while var part = try readOutbound(as: ByteBuffer.self) { all.writeBuffer(&part) }
        return all
    }

    func outboundText() throws -> String { String(buffer: try outboundBytes()) }
}

extension TLSFacts {
    static let test = TLSFacts(version: .tls13, applicationProtocol: nil, isResumed: false)
}
