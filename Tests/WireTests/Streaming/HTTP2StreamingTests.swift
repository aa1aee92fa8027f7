import CNGHTTP2
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

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

    private func begin(
        _ path: String, _ kind: BodyKind = .bounded, status: UInt16 = 200, method: String = "GET"
    ) throws -> OutgoingBody {
        peer.request(HTTP2Peer.fields(path, method: method))
        try peer.talk(to: channel)
        let body = OutgoingBody(
            connection, stream: try #require(handler.streams.last), kind: kind, limits: Limits(),
            loop: channel.eventLoop)
        #expect(connection.begin(Response(status: status, contentType: "text/plain"), body))
        connection.flush()
        return body
    }

    /// Takes what the server sends without answering it.
    private func read() throws { peer.take(try channel.outboundBytes()) }

    private func advance(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    private let part = ByteBuffer(repeating: 0x61, count: 32_768)

    @Test func interleavesSeveralStreamsAndEndsEach() throws {
        let first = try begin("/a")
        let second = try begin("/b")
        try first.write(ByteBuffer(string: "one")).wait()
        try second.write(ByteBuffer(string: "two")).wait()
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body == "one")
        #expect(peer.answers[1]?.isEnded == false)
        #expect(peer.answers[1]?.fields.contains { $0.hasPrefix("content-length") } == false)
        #expect(peer.answers[1]?.fields.contains("content-type=text/plain") == true)
        try first.write(ByteBuffer(string: " more")).wait()
        first.close(.finished)
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body == "one more")
        #expect(peer.answers[1]?.isEnded == true)
        #expect(try first.outcome() == BodyOutcome(end: .finished, bytes: 8))
        #expect(peer.answers[3]?.isEnded == false)
        second.close(.failed)
        try peer.talk(to: channel)
        #expect(peer.answers[3]?.body == "two")
        #expect(peer.answers[3]?.isEnded == false)
        #expect(peer.answers[3]?.reset == NGHTTP2_INTERNAL_ERROR.rawValue)
        #expect(channel.isActive)
    }

    @Test func holdsAtMostTheLimitForAPeerWithoutWindow() throws {
        let body = try begin("/a")
        // The window is 65,535 bytes: the rest is held.
        var written = 0
        var last = body.write(part)
        while last.isDone, written < 10 {
            last = body.write(part)
            written += 1
        }
        #expect(written == 2)
        #expect(connection.heldBytes(of: body) == 3 * part.readableBytes - 65_535)
        #expect(body.taken == 65_535)
        try peer.talk(to: channel)
        #expect(last.isDone)
        body.close(.finished)
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body.utf8.count == 3 * part.readableBytes)
        #expect(peer.answers[1]?.isEnded == true)
    }

    @Test func isFinishedOnlyOnceItsLastBytesHaveLeft() throws {
        let body = try begin("/a")
        for _ in 0..<3 { _ = body.write(part) }
        body.close(.finished)
        #expect(body.end == nil)
        try read()
        #expect(peer.answers[1]?.isEnded == false)
        try peer.talk(to: channel)
        #expect(try body.outcome() == BodyOutcome(end: .finished, bytes: 3 * part.readableBytes))
    }

    @Test func endsTheBodyWhenThePeerResetsTheStream() throws {
        let body = try begin("/a")
        let other = try begin("/b")
        try body.write(ByteBuffer(string: "x")).wait()
        try peer.talk(to: channel)
        peer.reset(1)
        try peer.talk(to: channel)
        #expect(try body.outcome() == BodyOutcome(end: .peerGone, bytes: 1))
        #expect(throws: BodyEnd.peerGone) { try body.write(ByteBuffer(string: "y")).wait() }
        try other.write(ByteBuffer(string: "z")).wait()
        try peer.talk(to: channel)
        #expect(peer.answers[3]?.body == "z")
    }

    @Test(arguments: [("HEAD", UInt16(200)), ("GET", 204), ("GET", 304)])
    func sendsNoDataWhereNoBodyMayBe(_ method: String, _ status: UInt16) throws {
        let body = try begin("/a", status: status, method: method)
        #expect(throws: BodyEnd.finished) { try body.write(ByteBuffer(string: "x")).wait() }
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.isEnded == true)
        #expect(peer.answers[1]?.body == "")
    }

    @Test func anIdleStreamIsNotAStalledPeer() throws {
        let body = try begin("/events", .endless)
        try body.write(ByteBuffer(string: "x")).wait()
        try peer.talk(to: channel)
        advance(.hours(10))
        try body.write(ByteBuffer(string: "y")).wait()
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body == "xy")
    }

    @Test func aStreamWithAnEmptyWindowAndNothingToSendIsNotStalled() throws {
        let body = try begin("/events", .endless)
        for count in [32_768, 32_767] {
            try body.write(ByteBuffer(repeating: 0x61, count: count)).wait()
        }
        advance(.minutes(10))
        #expect(body.end == nil)
        try peer.talk(to: channel)
        #expect(peer.answers[1]?.body.utf8.count == 65_535)
    }

    @Test func onlyTheStreamThatThePeerDoesNotTakeIsReset() throws {
        let stalled = try begin("/a")
        let lively = try begin("/b", .endless)
        for _ in 0..<3 { _ = stalled.write(part) }
        for _ in 0..<60 {
            // Answers to its pings, and other streams, are no progress of this one, whose own window never opens.
            peer.ping()
            try channel.writeInbound(peer.bytes())
            try channel.writeInbound(
                ByteBuffer(bytes: RawFrame.make(8, stream: 0, [0, 0, 0, 1])))
            try lively.write(ByteBuffer(string: ".")).wait()
            _ = try channel.outboundBytes()
            advance(.seconds(1))
        }
        #expect(try stalled.outcome() == BodyOutcome(end: .stalled, bytes: 65_535))
        #expect(lively.taken == 60)
        #expect(channel.isActive)
    }

    @Test func aPeerThatTakesALittleNowAndThenIsOnlySlow() throws {
        let body = try begin("/a")
        _ = try channel.outboundBytes()
        for _ in 0..<3 { _ = body.write(part) }
        _ = try channel.outboundBytes()
        for _ in 0..<10 {
            advance(.seconds(15))
            try channel.writeInbound(
                ByteBuffer(
                    bytes: RawFrame.make(8, stream: 0, [0, 0, 0, 9])
                        + RawFrame.make(8, stream: 1, [0, 0, 0, 9])))
        }
        #expect(body.end == nil)
        #expect(connection.heldBytes(of: body) == 3 * part.readableBytes - 65_535 - 90)
    }

    @Test func aPeerThatTakesNothingOfAnythingIsCutOff() throws {
        let body = try begin("/a")
        for _ in 0..<3 { _ = body.write(part) }
        advance(.minutes(1))
        #expect(!channel.isActive)
        #expect(try body.outcome().end == .stalled)
    }

    @Test func aDrainCompletesEndlessAnswersAndLetsBoundedOnesGoOn() throws {
        let events = try begin("/events", .endless)
        let export = try begin("/export")
        connection.drain(within: .seconds(5))
        try peer.talk(to: channel)
        advance(.seconds(1))
        try peer.talk(to: channel)
        #expect(try events.outcome().end == .draining)
        #expect(peer.answers[1]?.isEnded == true)
        #expect(channel.isActive)
        try export.write(ByteBuffer(string: "rest")).wait()
        export.close(.finished)
        try peer.talk(to: channel)
        #expect(peer.answers[3]?.body == "rest")
        #expect(peer.answers[3]?.isEnded == true)
        #expect(!channel.isActive)
    }
}
