import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

struct HTTP1ConnectionTests {
    let handler = RecordingHandler()
    let channel: EmbeddedChannel

    init() throws {
        channel = try .with(HTTP1Connection(handler: handler, tls: .test, limits: Limits()))
    }

    static func get(_ path: String, _ more: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: a\r\n\(more)\r\n"
    }

    /// The answers without their date.
    private func answers() throws -> String {
        try channel.outboundText().split(separator: "\r\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("date: ") }.joined(separator: "\r\n")
    }

    static func ok(_ body: String, _ more: String = "") -> String {
        "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: \(body.utf8.count)\r\n"
            + "\(more)\r\n\(body)"
    }

    @Test func answersARequest() throws {
        try channel.write(text: Self.get("/a?b=c"))
        #expect(try answers() == Self.ok("/a?b=c"))
        #expect(channel.isActive)
    }

    @Test(arguments: [RecordingHandler.Manner.atOnce, .atTheEnd])
    func answersPipelinedRequestsInOrder(_ manner: RecordingHandler.Manner) throws {
        handler.manner = manner
        try channel.write(text: Self.get("/1") + Self.get("/2") + Self.get("/3"))
        #expect(try answers() == Self.ok("/1") + Self.ok("/2") + Self.ok("/3"))
    }

    @Test func givesTheNextRequestOnlyAfterTheAnswer() throws {
        handler.manner = .never
        try channel.write(text: Self.get("/1") + Self.get("/2"))
        try channel.write(text: Self.get("/3"))
        #expect(handler.targets == ["/1"])
        let connection = try #require(handler.connection)
        #expect(!connection.respond(Response(status: 200), on: StreamID(2)))
        #expect(connection.respond(Response(status: 204), on: handler.streams[0]))
        #expect(!connection.respond(Response(status: 204), on: handler.streams[0]))
        connection.flush()
        #expect(handler.targets == ["/1", "/2"])
        #expect(try answers() == "HTTP/1.1 204 No Content\r\n\r\n")
    }

    @Test func stopsReadingWhenTooMuchWaits() throws {
        handler.manner = .never
        try channel.write(text: Self.get("/1") + String(repeating: "x", count: 20_000))
        let connection = try #require(handler.connection)
        #expect(!connection.mayRead)
    }

    @Test func sendsNoBodyToHead() throws {
        try channel.write(text: "HEAD /abc HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(
            try answers()
                == "HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: 4\r\n\r\n")
    }

    @Test func writesRequestIDAuditAndFurtherFieldsButNothingThatBreaksALine() throws {
        handler.answer = { _, _ in
            var response = Response(status: 403)
            response.requestID = ShortText("abc".utf8)
            response.audit = ShortText("17;xyz=".utf8)
            response.fields = [.init("retry-after", "3"), .init("x-bad", "a\r\nevil: b")]
            return response
        }
        try channel.write(text: Self.get("/"))
        #expect(
            try answers()
                == "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nx-request-id: abc\r\n"
                + "maxine-audit: 17;xyz=\r\nretry-after: 3\r\n\r\n")
    }

    @Test func closesWhenThePeerWantsIt() throws {
        try channel.write(text: Self.get("/", "Connection: foo, Close\r\n") + Self.get("/2"))
        #expect(try answers() == Self.ok("/", "connection: close\r\n"))
        #expect(!channel.isActive)
        #expect(handler.targets == ["/"])
        #expect(handler.closedCount == 1)
    }

    @Test func answersAMalformedRequestAndCloses() throws {
        try channel.write(text: Self.get("/1") + "GET / HTTP/1.0\r\n\r\n" + Self.get("/3"))
        let text = try answers()
        #expect(text.hasPrefix(Self.ok("/1") + "HTTP/1.1 505 HTTP Version Not Supported\r\n"))
        #expect(text.contains("application/problem+json"))
        #expect(text.contains("\"status\":505"))
        #expect(text.contains("connection: close\r\n"))
        #expect(handler.targets == ["/1"])
        #expect(handler.problems == [.version])
        #expect(!channel.isActive)
    }

    @Test func waitsForADeferredAnswerToAMalformedRequest() throws {
        handler.problemAnswer = .deferred
        try channel.write(text: "BAD\r\n\r\n")
        #expect(try answers() == "")
        #expect(channel.isActive)
        let connection = try #require(handler.connection)
        #expect(connection.respond(Response(status: 400), on: StreamID(1)))
        connection.flush()
        #expect(try answers().hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(!channel.isActive)
    }

    @Test func saysContinue() throws {
        try channel.write(
            text: "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(try channel.outboundText() == "HTTP/1.1 100 Continue\r\n\r\n")
        try channel.write(text: "hi")
        #expect(try answers() == Self.ok("/ hi"))
    }

    @Test func closesAnIdleConnection() throws {
        try channel.write(text: Self.get("/"))
        _ = try answers()
        channel.embeddedEventLoop.advanceTime(by: .seconds(74))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
        #expect(try answers() == "")
    }

    @Test func endsAHeadThatDripsIn() throws {
        for _ in 0..<9 {
            try channel.write(text: "G")
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(try answers().hasPrefix("HTTP/1.1 408 "))
        #expect(handler.problems == [.headTimeout])
        #expect(!channel.isActive)
    }

    @Test func endsABodyThatDripsIn() throws {
        try channel.write(text: "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999\r\n\r\n")
        for _ in 0..<12 where channel.isActive {
            try channel.write(text: String(repeating: "x", count: 10))
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(try answers().hasPrefix("HTTP/1.1 408 "))
        #expect(!channel.isActive)
    }

    @Test func endsABodyThatGrowsButNeverComesToItsEnd() throws {
        try channel.write(text: "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n")
        for second in 0..<70 where channel.isActive {
            try channel.write(text: String(repeating: "x", count: 300))
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            if second < 58 { #expect(channel.isActive) }
        }
        #expect(handler.problems == [.bodyTimeout])
        #expect(!channel.isActive)
    }

    @Test func dropsAPeerThatTakesNoAnswers() throws {
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        try channel.write(text: Self.get("/"))
        #expect(handler.targets == [])
        channel.embeddedEventLoop.advanceTime(by: .seconds(21))
        #expect(!channel.isActive)
    }

    @Test func goesOnWhenThePeerTakesAnswersAgain() throws {
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        try channel.write(text: Self.get("/"))
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try answers() == Self.ok("/"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(30))
        #expect(channel.isActive)
    }

    @Test func drainsAnIdleConnectionAtOnce() throws {
        channel.pipeline.fireUserInboundEventTriggered(DrainOrder(time: .seconds(5)))
        #expect(!channel.isActive)
    }

    @Test func drainsAfterTheAnswerUnderWay() throws {
        handler.manner = .never
        try channel.write(text: Self.get("/1") + Self.get("/2"))
        channel.pipeline.fireUserInboundEventTriggered(DrainOrder(time: .seconds(5)))
        #expect(channel.isActive)
        let connection = try #require(handler.connection)
        connection.respond(Response(status: 204), on: handler.streams[0])
        connection.flush()
        #expect(
            try answers() == "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        #expect(!channel.isActive)
    }

    @Test func endsADrainAtItsDeadline() throws {
        handler.manner = .never
        try channel.write(text: Self.get("/1"))
        channel.pipeline.fireUserInboundEventTriggered(DrainOrder(time: .seconds(5)))
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(!channel.isActive)
    }

    @Test func endsWhenItsCertificateExpires() throws {
        let connection = try #require(handler.connection)
        #expect(channel.isActive)
        connection.expire()
        #expect(!channel.isActive)
    }
}
