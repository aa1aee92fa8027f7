import CNGHTTP2
import NIOCore
import NIOEmbedded
import NIOPosix
import Testing

@testable import Wire

/// Answers whose body comes bit by bit.
@Suite struct StreamingTests {
    private func begin(
        _ handler: RecordingHandler, endsOnDrain: Bool = true
    ) throws -> (HTTP1Connection, EmbeddedChannel, OutgoingBody) {
        handler.manner = .never
        let connection = HTTP1Connection(handler: handler, tls: nil, limits: Limits())
        let channel = try EmbeddedChannel.with(connection)
        try channel.write(
            text: "GET /a HTTP/1.1\r\nhost: a\r\n\r\nGET /b HTTP/1.1\r\nhost: a\r\n\r\n")
        let body = OutgoingBody(
            connection, stream: handler.streams[0], endsOnDrain: endsOnDrain,
            loop: channel.eventLoop)
        #expect(
            connection.begin(Response(status: 200, contentType: "text/plain"), body))
        return (connection, channel, body)
    }

    @Test func writesChunksAndThenTakesTheNextRequest() throws {
        let handler = RecordingHandler()
        let (connection, channel, body) = try begin(handler)
        let head = try channel.outboundText()
        #expect(head.contains("transfer-encoding: chunked\r\n"))
        #expect(head.contains("content-type: text/plain\r\n"))
        #expect(!head.contains("content-length"))
        try body.write(ByteBuffer(string: "hello")).wait()
        #expect(try channel.outboundText() == "5\r\nhello\r\n")
        #expect(handler.targets == ["/a"])
        #expect(!connection.respond(Response(status: 200), on: handler.streams[0]))
        body.close(.finished)
        #expect(try channel.outboundText() == "0\r\n\r\n")
        #expect(handler.targets == ["/a", "/b"])
        #expect(throws: BodyEnd.finished) { try body.write(ByteBuffer(string: "x")).wait() }
    }

    @Test func holdsBytesOfASlowPeerWithinALimit() throws {
        let (connection, channel, body) = try begin(RecordingHandler())
        _ = try channel.outboundText()
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        let part = ByteBuffer(repeating: 0x61, count: 100_000)
        let first = body.write(part)
        let second = body.write(part)
        #expect(try first.isDone())
        #expect(try !second.isDone())
        #expect(try channel.outboundText() == "")
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(try second.isDone())
        #expect(try channel.outboundText().utf8.count > 200_000)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        _ = body.write(part)
        _ = body.write(part)
        #expect(throws: BodyEnd.overflow) { try body.write(part).wait() }
        #expect(connection.isClosing)
    }

    @Test func aBrokenOffBodyHasNoLastChunk() throws {
        let (_, channel, body) = try begin(RecordingHandler())
        _ = try channel.outboundText()
        try body.write(ByteBuffer(string: "half")).wait()
        body.close(.failed)
        #expect(try channel.outboundText() == "4\r\nhalf\r\n")
        #expect(!channel.isActive)
    }

    @Test func aDrainCompletesEndlessAnswersAndLetsOthersGoOn() throws {
        let (connection, channel, body) = try begin(RecordingHandler())
        connection.drain(within: .seconds(5))
        #expect(try channel.outboundText().hasSuffix("0\r\n\r\n"))
        #expect(body.end == .draining)
        let (other, otherChannel, export) = try begin(RecordingHandler(), endsOnDrain: false)
        other.drain(within: .seconds(5))
        #expect(export.end == nil)
        try export.write(ByteBuffer(string: "rest")).wait()
        export.close(.finished)
        #expect(try otherChannel.outboundText().hasSuffix("4\r\nrest\r\n0\r\n\r\n"))
    }

    @Test func tellsTheProducerThatThePeerIsGone() throws {
        let (_, channel, body) = try begin(RecordingHandler())
        channel.isWritable = false
        let waiting = body.write(ByteBuffer(repeating: 0x61, count: 200_000))
        _ = try? channel.finish()
        #expect(body.end == .peerGone)
        #expect(throws: BodyEnd.peerGone) { try waiting.wait() }
    }
}

/// The same over HTTP/2, where flow control is the peer's.
@Suite struct HTTP2StreamingTests {
    let handler = RecordingHandler()
    let peer = HTTP2Peer()
    let channel: EmbeddedChannel
    let connection: HTTP2Connection

    init() throws {
        handler.manner = .never
        connection = HTTP2Connection(handler: handler, tls: .test, limits: Limits())
        channel = try .with(connection)
    }

    private func begin(_ path: String, endsOnDrain: Bool = true) throws -> OutgoingBody {
        peer.request(HTTP2Peer.fields(path))
        try peer.talk(to: channel)
        let stream = try #require(handler.streams.last)
        let body = OutgoingBody(
            connection, stream: stream, endsOnDrain: endsOnDrain, loop: channel.eventLoop)
        #expect(connection.begin(Response(status: 200, contentType: "text/plain"), body))
        return body
    }

    @Test func interleavesSeveralStreamsAndEndsEach() throws {
        let first = try begin("/a")
        let second = try begin("/b")
        try first.write(ByteBuffer(string: "one")).wait()
        try second.write(ByteBuffer(string: "two")).wait()
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body == "one")
        #expect(peer.answers[1]?.isEnded == false)
        #expect(peer.answers[1]?.fields.contains { $0.hasPrefix("content-length") } == false)
        try first.write(ByteBuffer(string: " more")).wait()
        first.close(.finished)
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body == "one more")
        #expect(peer.answers[1]?.isEnded == true)
        #expect(peer.answers[3]?.body == "two")
        #expect(peer.answers[3]?.isEnded == false)
        second.close(.failed)
        try peer.talk(to: channel)
        #expect(peer.answers[3]?.reset == NGHTTP2_INTERNAL_ERROR.rawValue)
        #expect(channel.isActive)
    }

    @Test func waitsForThePeersWindow() throws {
        let body = try begin("/a")
        let part = ByteBuffer(repeating: 0x61, count: 150_000)
        let first = body.write(part)
        // The window is 65,535 bytes: the rest is held.
        #expect(try first.isDone())
        let second = body.write(part)
        #expect(try !second.isDone())
        try peer.talk(to: channel)
        #expect(try second.isDone())
        body.close(.finished)
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body.utf8.count == 300_000)
        #expect(peer.answers[1]?.isEnded == true)
    }

    @Test func endsTheBodyWhenThePeerResetsTheStream() throws {
        let body = try begin("/a")
        try body.write(ByteBuffer(string: "x")).wait()
        try peer.talk(to: channel)
        peer.reset(1)
        try peer.talk(to: channel)
        #expect(body.end == .peerGone)
        #expect(throws: BodyEnd.peerGone) { try body.write(ByteBuffer(string: "y")).wait() }
        #expect(channel.isActive)
    }

    @Test func anIdleStreamIsNotTakenForAStalledPeer() throws {
        let body = try begin("/events")
        try body.write(ByteBuffer(string: "x")).wait()
        try peer.talk(to: channel)
        channel.embeddedEventLoop.advanceTime(by: .minutes(10))
        #expect(channel.isActive)
        try body.write(ByteBuffer(string: "y")).wait()
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body == "xy")
    }

    @Test func aPeerThatTakesNothingIsCutOff() throws {
        let body = try begin("/events")
        _ = body.write(ByteBuffer(repeating: 0x61, count: 200_000))
        _ = try channel.outboundBytes()
        channel.embeddedEventLoop.advanceTime(by: .minutes(1))
        #expect(!channel.isActive)
        #expect(body.end == .peerGone)
    }

    @Test func aDrainCompletesEndlessAnswers() throws {
        let body = try begin("/events")
        connection.drain(within: .seconds(5))
        try peer.talk(to: channel)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        try peer.talk(to: channel)
        #expect(body.end == .draining)
        #expect(peer.answers[1]?.isEnded == true)
        #expect(!channel.isActive)
    }
}

private final class Flag { var isSet = false }

extension EventLoopFuture where Value == Void {
    /// Whether it has succeeded already.
    fileprivate func isDone() throws -> Bool {
        let flag = Flag()
        assumeIsolated().whenSuccess { flag.isSet = true }
        return flag.isSet
    }
}
