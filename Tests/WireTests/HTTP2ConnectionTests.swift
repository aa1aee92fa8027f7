import CNGHTTP2
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

struct HTTP2ConnectionTests {
    let handler = RecordingHandler()
    let peer = HTTP2Peer()
    let channel: EmbeddedChannel

    init() throws {
        channel = try .with(HTTP2Connection(handler: handler, tls: .test, limits: Limits()))
    }

    private func channel(_ change: (inout Limits) -> Void) throws -> EmbeddedChannel {
        var limits = Limits()
        change(&limits)
        return try .with(HTTP2Connection(handler: handler, tls: .test, limits: limits))
    }

    @Test(arguments: [RecordingHandler.Manner.atOnce, .atTheEnd])
    func answersManyRequestsOfOneRead(_ manner: RecordingHandler.Manner) throws {
        handler.manner = manner
        let ids = (0..<20).map { peer.request(HTTP2Peer.fields("/\($0)?q=\($0)")) }
        try peer.talk(to: channel)
        for (number, id) in ids.enumerated() {
            let answer = try #require(peer.answers[id])
            #expect(answer.status == "200")
            #expect(answer.body == "/\(number)?q=\(number)")
            #expect(answer.isEnded)
            #expect(answer.fields.contains("content-type=text/plain"))
            #expect(answer.fields.contains("content-length=\(answer.body.utf8.count)"))
            #expect(answer.fields.contains { $0.hasPrefix("date=") })
        }
        #expect(channel.isActive)
        #expect(peer.goAway == nil)
    }

    @Test func readsTheSameWhereverTheBytesAreCut() throws {
        peer.request(HTTP2Peer.fields("/1") + [("user-agent", "x")])
        peer.request(HTTP2Peer.fields("/2", method: "PUT"), body: "hello")
        var bytes = peer.bytes()
        while let byte = bytes.readBytes(length: 1) {
            try channel.writeInbound(ByteBuffer(bytes: byte))
        }
        peer.take(try channel.outboundBytes())
        #expect(peer.answers[1]?.body == "/1")
        #expect(peer.answers[3]?.body == "/2 hello")
        #expect(handler.requests.first?.header(.userAgent) == "x")
        #expect(handler.requests.last?.method == .put)
    }

    @Test func writesAllAnswersOfOneReadInOneWrite() throws {
        handler.manner = .atTheEnd
        try peer.talk(to: channel)
        for number in 0..<16 { peer.request(HTTP2Peer.fields("/\(number)")) }
        try channel.writeInbound(peer.bytes())
        let write = try #require(try channel.readOutbound(as: ByteBuffer.self))
        peer.take(write)
        #expect(peer.answers.values.filter(\.isEnded).count == 16)
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test func sendsLargeBodiesAsThePeerTakesThem() throws {
        let large = String(repeating: "0123456789", count: 50_000)
        handler.answer = { _, _ in
            Response(status: 200, contentType: "text/plain", body: Array(large.utf8))
        }
        let id = peer.request(HTTP2Peer.get)
        try peer.talk(to: channel)
        #expect(peer.answers[id]?.body == large)
        #expect(peer.answers[id]?.isEnded == true)
    }

    @Test func answersLater() throws {
        handler.manner = .never
        let id = peer.request(HTTP2Peer.get)
        try peer.talk(to: channel)
        #expect(peer.answers[id] == nil)
        let connection = try #require(handler.connection)
        #expect(connection.respond(Response(status: 204), on: handler.streams[0]))
        #expect(!connection.respond(Response(status: 204), on: handler.streams[0]))
        #expect(!connection.respond(Response(status: 204), on: StreamID(99)))
        connection.flush()
        try peer.talk(to: channel)
        #expect(peer.answers[id]?.status == "204")
        #expect(peer.answers[id]?.fields.contains { $0.hasPrefix("content-length") } == false)
    }

    @Test func sendsNoBodyToHead() throws {
        let id = peer.request(HTTP2Peer.fields("/abc", method: "HEAD"))
        try peer.talk(to: channel)
        #expect(peer.answers[id]?.body == "")
        #expect(peer.answers[id]?.isEnded == true)
        #expect(peer.answers[id]?.fields.contains("content-length=4") == true)
    }

    @Test func tellsOfAbandonedRequests() throws {
        handler.manner = .never
        let id = peer.request(HTTP2Peer.get)
        try peer.talk(to: channel)
        peer.reset(id)
        try peer.talk(to: channel)
        #expect(handler.abandoned == [StreamID(id)])
        #expect(handler.connection?.respond(Response(status: 200), on: StreamID(id)) == false)
    }

    static let refusals: [([(String, String)], WireProblem, String)] = [
        (HTTP2Peer.get + [("host", "b")], .authorityConflict, "400"),
        (HTTP2Peer.get + [("x_y", "b")], .headerName, "400"),
        (HTTP2Peer.get + [("authorization", "a"), ("authorization", "b")], .headerTwice, "400"),
        (HTTP2Peer.get + [("x-api-key", "a"), ("x-api-key", "b")], .headerTwice, "400"),
        (HTTP2Peer.get + [("expect", "x")], .expectation, "417"),
        (HTTP2Peer.get + (0..<65).map { ("x-\($0)", "") }, .headersTooMany, "431"),
        (HTTP2Peer.get + [("x", String(repeating: "a", count: 17_000))], .headTooLarge, "431"),
        (HTTP2Peer.fields("/" + String(repeating: "a", count: 8192)), .targetTooLong, "414"),
        (
            [(":method", "GET"), (":scheme", "ftp"), (":path", "/"), (":authority", "a")],
            .targetForm, "400"
        ),
        (
            [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", "u@a")],
            .hostInvalid, "400"
        ),
        (
            [(":method", "PUT"), (":scheme", "https"), (":path", "/"), (":authority", "a")]
                + [("content-length", "2000000")], .bodyTooLarge, "413"
        ),
    ]

    @Test(arguments: refusals.indices)
    func refusesWithAStatus(_ index: Int) throws {
        let (fields, problem, status) = Self.refusals[index]
        let isUpload = problem == .bodyTooLarge
        let id = peer.request(fields, ends: !isUpload)
        let other = peer.request(HTTP2Peer.get)
        try peer.talk(to: channel)
        #expect(handler.problems == [problem])
        let stream = isUpload ? 1 : id
        #expect(peer.answers[stream]?.status == status)
        #expect(peer.answers[stream]?.body.contains("\"code\":\"\(problem.code)\"") == true)
        // The others go on.
        #expect(peer.answers[other]?.status == "200")
        #expect(channel.isActive)
    }

    static let broken: [[(String, String)]] = [
        [(":method", "GET"), (":scheme", "https"), (":authority", "a")],
        [(":method", "GET"), (":path", "/"), (":authority", "a")],
        [(":scheme", "https"), (":path", "/"), (":authority", "a")],
        HTTP2Peer.get + [(":path", "/b")],
        HTTP2Peer.fields("*"),
        HTTP2Peer.fields("a"),
        HTTP2Peer.get + [(":authority", "b")],
        HTTP2Peer.get + [("a", "b"), (":method", "GET")],
        HTTP2Peer.get + [(":status", "200")],
        HTTP2Peer.get + [(":unknown", "200")],
        HTTP2Peer.get + [("connection", "close")],
        HTTP2Peer.get + [("transfer-encoding", "chunked")],
        HTTP2Peer.get + [("keep-alive", "1")],
        HTTP2Peer.get + [("upgrade", "h2c")],
        HTTP2Peer.get + [("proxy-connection", "close")],
        HTTP2Peer.get + [("te", "gzip")],
        HTTP2Peer.get + [("content-length", "x")],
        HTTP2Peer.get + [("content-length", "1"), ("content-length", "2")],
        HTTP2Peer.get + [("content-length", "5")],
        [(":method", "GET"), (":scheme", "https"), (":path", ""), (":authority", "a")],
        [(":method", "CONNECT"), (":scheme", "https"), (":path", "/"), (":authority", "a")],
        [(":method", "CONNECT"), (":protocol", "websocket")] + HTTP2Peer.get.dropFirst(),
    ]

    @Test(arguments: broken.indices)
    func givesNoRequestThatBreaksTheRules(_ index: Int) throws {
        let id = peer.request(Self.broken[index])
        let other = peer.request(HTTP2Peer.get)
        try peer.talk(to: channel)
        #expect(handler.targets == ["/"])
        let answer = try #require(peer.answers[id])
        #expect(answer.reset != nil || answer.status == "400")
        #expect(peer.answers[other]?.status == "200")
        #expect(handler.problems.count == 1)
    }

    @Test func refusesUpperCaseNames() throws {
        let block = RawFrame.block(HTTP2Peer.get + [("X-Upper", "a")])
        try channel.writeInbound(
            ByteBuffer(
                bytes: RawFrame.preface + RawFrame.settings
                    + RawFrame.make(1, flags: 5, stream: 1, block)))
        #expect(handler.targets == [])
        #expect(handler.problems.count == 1)
    }

    @Test func refusesValuesThatCouldBreakALine() throws {
        for (number, value) in ["a\r\nb", "a\nb", "a\u{0}b", "a\rb"].enumerated() {
            let block = RawFrame.block(HTTP2Peer.get + [("x", value)])
            let id = UInt32(number * 2 + 1)
            let head = number == 0 ? RawFrame.preface + RawFrame.settings : []
            try channel.writeInbound(
                ByteBuffer(bytes: head + RawFrame.make(1, flags: 5, stream: id, block)))
        }
        #expect(handler.targets == [])
        #expect(handler.problems.count == 4)
    }

    @Test func refusesALargeBodyWithAnAnswerAndAQuietReset() throws {
        let channel = try channel { $0.bodyBytesMax = 1000 }
        let id = peer.request(
            HTTP2Peer.fields("/", method: "PUT"), body: String(repeating: "x", count: 200_000))
        try peer.talk(to: channel)
        #expect(peer.answers[id]?.status == "413")
        #expect(peer.answers[id]?.reset == NGHTTP2_NO_ERROR.rawValue)
        #expect(channel.isActive)
    }

    @Test func boundsTheBodiesOfAllStreamsTogether() throws {
        let channel = try channel { $0.http2.bodyBytesMax = 20_000 }
        for _ in 0..<3 {
            peer.request(
                HTTP2Peer.fields("/", method: "PUT") + [("content-length", "15000")], ends: false)
        }
        try channel.writeInbound(peer.bytes())
        for id: UInt32 in [1, 3, 5] {
            let data = [UInt8](repeating: 120, count: 9000)
            try channel.writeInbound(ByteBuffer(bytes: RawFrame.make(0, stream: id, data)))
        }
        peer.take(try channel.outboundBytes())
        #expect(handler.problems == [.bodiesTooLarge])
        #expect(peer.answers[5]?.status == "503")
    }

    @Test func readsAndDropsTrailers() throws {
        try send(trailers: RawFrame.field("x-request-id", "forged") + RawFrame.field("x", "y"))
        #expect(handler.targets == ["/"])
        #expect(handler.problems == [])
        let request = try #require(handler.requests.first)
        #expect(request.header(.xRequestID) == nil, "a trailer has become a header")
        #expect(request.body?.readableBytes == 3)
    }

    @Test(arguments: [
        [("x_y", "z")],
        [(String, String)](repeating: ("x", String(repeating: "a", count: 100)), count: 8),
    ])
    func refusesTrailersThatAreMalformedOrTooLong(fields: [(String, String)]) throws {
        try send(trailers: RawFrame.block(fields))
        #expect(handler.targets == [])
        #expect(handler.problems == [.trailers])
    }

    /// Sends a PUT with three bytes and trailers behind them.
    private func send(trailers: [UInt8]) throws {
        let head = RawFrame.block(HTTP2Peer.fields("/", method: "PUT"))
        try channel.writeInbound(
            ByteBuffer(
                bytes: RawFrame.preface + RawFrame.settings
                    + RawFrame.make(1, flags: 4, stream: 1, head)
                    + RawFrame.make(0, stream: 1, [1, 2, 3])
                    + RawFrame.make(1, flags: 5, stream: 1, trailers)))
    }

    @Test func drainsInTwoSteps() throws {
        handler.manner = .never
        let first = peer.request(HTTP2Peer.get)
        try peer.talk(to: channel)
        channel.pipeline.fireUserInboundEventTriggered(DrainOrder(time: .seconds(5)))
        let late = peer.request(HTTP2Peer.get)
        try channel.writeInbound(peer.bytes())
        try peer.talk(to: channel)
        #expect(peer.goAway == NGHTTP2_NO_ERROR.rawValue)
        #expect(handler.requests.count == 2)
        channel.embeddedEventLoop.advanceTime(by: .milliseconds(200))
        try peer.talk(to: channel)
        let connection = try #require(handler.connection)
        for stream in handler.streams { connection.respond(Response(status: 204), on: stream) }
        connection.flush()
        try peer.talk(to: channel)
        #expect(peer.answers[first]?.status == "204")
        #expect(peer.answers[late]?.status == "204")
        #expect(!channel.isActive)
    }

    @Test func closesAnIdleConnection() throws {
        peer.request(HTTP2Peer.get)
        try peer.talk(to: channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(76))
        peer.take(try channel.outboundBytes())
        #expect(peer.goAway == NGHTTP2_NO_ERROR.rawValue)
        #expect(!channel.isActive)
    }
}
