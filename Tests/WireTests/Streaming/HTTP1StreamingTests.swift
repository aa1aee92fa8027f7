import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// Answers over HTTP/1.1 whose body comes bit by bit.
@Suite struct HTTP1StreamingTests {
    let handler = RecordingHandler()
    let channel: EmbeddedChannel
    let connection: HTTP1Connection

    init() throws {
        handler.manner = .never
        connection = HTTP1Connection(handler: handler, tls: nil, limits: Limits())
        channel = try .with(connection)
    }

    private func begin(
        _ kind: BodyKind = .bounded, status: UInt16 = 200, method: String = "GET",
        then more: String = ""
    ) throws -> OutgoingBody {
        try channel.write(text: "\(method) /a HTTP/1.1\r\nhost: a\r\n\r\n" + more)
        let body = OutgoingBody(
            connection, stream: try #require(handler.streams.first), kind: kind, limits: Limits(),
            loop: channel.eventLoop)
        #expect(connection.begin(Response(status: status, contentType: "text/plain"), body))
        connection.flush()
        return body
    }

    static let next = "GET /b HTTP/1.1\r\nhost: a\r\n\r\n"

    @Test func writesChunksAndThenTakesTheNextRequest() throws {
        let body = try begin(then: Self.next)
        let head = try channel.outboundText()
        #expect(head.contains("\r\ntransfer-encoding: chunked\r\n"))
        #expect(head.contains("\r\ncontent-type: text/plain\r\n"))
        #expect(!head.contains("content-length"))
        #expect(head.hasSuffix("\r\n\r\n"))
        try body.write(ByteBuffer(string: "hello")).wait()
        #expect(try channel.outboundText() == "5\r\nhello\r\n")
        #expect(handler.targets == ["/a"])
        #expect(!connection.respond(Response(status: 200), on: handler.streams[0]))
        body.close(.finished)
        #expect(try channel.outboundText() == "0\r\n\r\n")
        #expect(handler.targets == ["/a", "/b"])
        #expect(try body.outcome() == BodyOutcome(end: .finished, bytes: 5))
        #expect(throws: BodyEnd.finished) { try body.write(ByteBuffer(string: "x")).wait() }
        #expect(connection.respond(Response(status: 204), on: handler.streams[1]))
    }

    @Test func holdsAtMostTheLimitForASlowPeer() throws {
        let body = try begin()
        _ = try channel.outboundText()
        channel.setWritable(false)
        let part = ByteBuffer(repeating: 0x61, count: body.pieceBytesMax)
        let first = body.write(part)
        let second = body.write(part)
        #expect(first.isDone)
        #expect(!second.isDone)
        #expect(try channel.outboundText() == "")
        #expect(connection.heldBytes(of: body) == Limits().streamBytesMax)
        channel.setWritable(true)
        #expect(second.isDone)
        #expect(try channel.chunks() == String(repeating: "a", count: 2 * body.pieceBytesMax))
        #expect(body.taken == 2 * body.pieceBytesMax)
    }

    @Test func breaksOffAProducerThatDoesNotWait() throws {
        let body = try begin()
        channel.setWritable(false)
        let part = ByteBuffer(repeating: 0x61, count: body.pieceBytesMax)
        _ = body.write(part)
        let waiting = body.write(part)
        #expect(throws: BodyEnd.overflow) { try body.write(ByteBuffer(string: "x")).wait() }
        #expect(throws: BodyEnd.overflow) { try waiting.wait() }
        #expect(!channel.isActive)
    }

    @Test(arguments: [BodyEnd.failed, .cut])
    func whatIsBrokenOffHasNoLastChunk(_ reason: BodyEnd) throws {
        let body = try begin(.bounded)
        _ = try channel.outboundText()
        try body.write(ByteBuffer(string: "half")).wait()
        body.close(reason)
        #expect(try channel.outboundText() == "4\r\nhalf\r\n")
        #expect(!channel.isActive)
        #expect(try body.outcome() == BodyOutcome(end: reason, bytes: 4))
    }

    @Test func anEndlessAnswerThatIsCutIsWholeAndTheConnectionGoesOn() throws {
        let body = try begin(.endless, then: Self.next)
        try body.write(ByteBuffer(string: "event")).wait()
        body.close(.cut)
        #expect(try channel.outboundText().hasSuffix("5\r\nevent\r\n0\r\n\r\n"))
        #expect(try body.outcome().end == .cut)
        #expect(handler.targets == ["/a", "/b"])
    }

    @Test func isFinishedOnlyOnceItsLastBytesHaveLeft() throws {
        let body = try begin()
        _ = try channel.outboundText()
        channel.setWritable(false)
        _ = body.write(ByteBuffer(string: "last"))
        body.close(.finished)
        #expect(body.end == nil)
        #expect(try channel.outboundText() == "")
        channel.setWritable(true)
        #expect(try channel.outboundText() == "4\r\nlast\r\n0\r\n\r\n")
        #expect(try body.outcome() == BodyOutcome(end: .finished, bytes: 4))
    }

    @Test func isNotFinishedIfThePeerGoesBeforeItsLastBytes() throws {
        let body = try begin()
        channel.setWritable(false)
        _ = body.write(ByteBuffer(string: "last"))
        body.close(.finished)
        _ = try? channel.finish()
        #expect(try body.outcome() == BodyOutcome(end: .peerGone, bytes: 0))
    }

    @Test(arguments: [("HEAD", UInt16(200)), ("GET", 204), ("GET", 304)])
    func sendsNoChunkWhereNoBodyMayBe(_ method: String, _ status: UInt16) throws {
        let body = try begin(status: status, method: method, then: Self.next)
        #expect(throws: BodyEnd.finished) { try body.write(ByteBuffer(string: "x")).wait() }
        let text = try channel.outboundText()
        #expect(text.hasSuffix("\r\n\r\n"))
        #expect(!text.contains("0\r\n\r\n"))
        #expect(text.contains("transfer-encoding: chunked") == (status == 200))
        #expect(handler.targets == ["/a", "/b"])
    }

    @Test func stopsReadingWhenTooMuchWaitsBehindIt() throws {
        let body = try begin(then: String(repeating: Self.next, count: 600))
        #expect(handler.targets == ["/a"])
        #expect(!connection.mayRead)
        body.close(.finished)
        #expect(handler.targets == ["/a", "/b"])
    }

    @Test func aDrainCompletesEndlessAnswersAndCloses() throws {
        let body = try begin(.endless, then: Self.next)
        connection.drain(within: .seconds(5))
        #expect(try channel.outboundText().hasSuffix("0\r\n\r\n"))
        #expect(try body.outcome().end == .draining)
        #expect(!channel.isActive)
        #expect(handler.targets == ["/a"])
    }

    @Test func aDrainLetsBoundedAnswersGoOn() throws {
        let body = try begin(.bounded)
        _ = try channel.outboundText()
        connection.drain(within: .seconds(5))
        try body.write(ByteBuffer(string: "rest")).wait()
        body.close(.finished)
        #expect(try channel.outboundText() == "4\r\nrest\r\n0\r\n\r\n")
        #expect(!channel.isActive)
    }

    @Test func aDrainBreaksOffWhatIsNotDoneInItsTime() throws {
        let body = try begin(.bounded)
        _ = try channel.outboundText()
        connection.drain(within: .seconds(5))
        try body.write(ByteBuffer(string: "rest")).wait()
        channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(try channel.outboundText() == "4\r\nrest\r\n")
        #expect(!channel.isActive)
        #expect(try body.outcome() == BodyOutcome(end: .draining, bytes: 4))
    }

    @Test func anExpiredCertificateEndsTheAnswer() throws {
        let body = try begin(.endless)
        #expect(body.end == nil)
        connection.expire()
        #expect(try body.outcome().end == .expired)
        #expect(!channel.isActive)
    }

    @Test func beginsNoEndlessAnswerOnADrainingConnection() throws {
        try channel.write(text: Self.next)
        connection.drain(within: .seconds(5))
        let writer = connection.respond(
            Response(status: 200), on: handler.streams[0], streaming: .endless)
        #expect(writer != nil)
        #expect(connection.bodies.isEmpty)
        #expect(try channel.outboundText().hasSuffix("\r\nconnection: close\r\n\r\n0\r\n\r\n"))
    }

    @Test func aPeerThatTakesNothingEndsTheAnswer() throws {
        let body = try begin()
        channel.setWritable(false)
        _ = body.write(ByteBuffer(string: "x"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(19))
        #expect(body.end == nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try body.outcome() == BodyOutcome(end: .stalled, bytes: 0))
        #expect(!channel.isActive)
    }

    @Test func aPeerThatTakesALittleNowAndThenIsOnlySlow() throws {
        let body = try begin()
        // What is not flushed stands for what the kernel does not take.
        channel.write(ByteBuffer(string: "old answers"), promise: nil)
        channel.setWritable(false)
        _ = body.write(ByteBuffer(string: "x"))
        channel.embeddedEventLoop.advanceTime(by: .seconds(14))
        channel.flush()
        channel.embeddedEventLoop.advanceTime(by: .seconds(20))
        #expect(body.end == nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try body.outcome().end == .stalled)
    }

    @Test func aProducerThatIsSilentIsNotAStalledPeer() throws {
        let body = try begin(.endless)
        channel.embeddedEventLoop.advanceTime(by: .hours(10))
        try body.write(ByteBuffer(string: "x")).wait()
        #expect(channel.isActive)
    }

    @Test func tellsTheProducerThatThePeerIsGone() throws {
        let body = try begin()
        channel.setWritable(false)
        _ = body.write(ByteBuffer(repeating: 0x61, count: body.pieceBytesMax))
        let waiting = body.write(ByteBuffer(string: "x"))
        _ = try? channel.finish()
        #expect(throws: BodyEnd.peerGone) { try waiting.wait() }
        #expect(try body.outcome().end == .peerGone)
    }
}
