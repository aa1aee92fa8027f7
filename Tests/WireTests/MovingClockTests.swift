import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// Each deadline of a connection with a clock as it is: no two readings of it are the same.
@Suite struct MovingClockTests {
    /// Each reading is a nanosecond later than the last one, beside what the loop says.
    final class MovingClock {
        private var readings: Int64 = 0

        func now(_ loop: any EventLoop) -> NIODeadline {
            readings += 1
            return loop.now + .nanoseconds(readings)
        }
    }

    private let handler = RecordingHandler()
    private let clock = MovingClock()

    private func channel(_ connection: Connection) throws -> EmbeddedChannel {
        connection.readClock = { [clock] in clock.now($0) }
        return try .with(connection)
    }

    private func http1() throws -> EmbeddedChannel {
        try channel(HTTP1Connection(handler: handler, tls: .test, limits: Limits()))
    }

    private func http2(_ frames: [UInt8] = []) throws -> EmbeddedChannel {
        let channel = try channel(HTTP2Connection(handler: handler, tls: .test, limits: Limits()))
        guard !frames.isEmpty else { return channel }
        try channel.writeInbound(ByteBuffer(bytes: RawFrame.preface + RawFrame.settings + frames))
        return channel
    }

    private func head(flags: UInt8) -> [UInt8] {
        RawFrame.make(1, flags: flags, stream: 1, RawFrame.block(HTTP2Peer.get))
    }

    /// A window of no bytes.
    private let zeroWindow = RawFrame.make(4, stream: 0, [0, 4, 0, 0, 0, 0])

    /// The seconds for which the channel stays open while something is done each second.
    private func life(
        of channel: EmbeddedChannel, _ eachSecond: (Int) throws -> Void = { _ in }
    ) throws -> Int {
        for second in 0..<200 {
            guard channel.isActive else { return second }
            try eachSecond(second)
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        return .max
    }

    @Test func anIdleConnectionEnds() throws {
        let first = try http1()
        try first.write(text: "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try life(of: first) == 76)
        let second = try http2(head(flags: 5))
        _ = try second.outboundBytes()
        #expect((75...81).contains(try life(of: second)))
    }

    @Test func aHeadThatDripsInEnds() throws {
        let first = try http1()
        #expect(try life(of: first) { _ in try first.write(text: "G") } == 11)
        #expect(handler.problems == [.headTimeout])
        let second = try http2(head(flags: 1))
        #expect((10...16).contains(try life(of: second)))
        #expect(handler.problems.last == .headTimeout)
        #expect(try life(of: http2()) == 11, "no preface")
    }

    @Test(arguments: [(10, 11...21), (300, 60...71)])
    func aBodyThatDoesNotComeToItsEndEnds(bytes: Int, life expected: ClosedRange<Int>) throws {
        let first = try http1()
        try first.write(text: "PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 999999\r\n\r\n")
        let life = try life(of: first) { _ in
            try first.write(text: String(repeating: "x", count: bytes))
        }
        #expect(expected.contains(life))
        #expect(handler.problems == [.bodyTimeout])

        let second = try http2(head(flags: 4))
        var answeredAt: Int?
        for now in 0..<100 where answeredAt == nil {
            if RawFrame.read(try second.outboundBytes()).contains(where: { $0.type == 3 }) {
                answeredAt = now
                continue
            }
            let part = RawFrame.make(0, stream: 1, [UInt8](repeating: 0x61, count: bytes))
            try second.writeInbound(ByteBuffer(bytes: part))
            second.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(expected.contains(answeredAt ?? .max), "\(String(describing: answeredAt))")
        #expect(handler.problems == [.bodyTimeout, .bodyTimeout])
    }

    @Test func aPeerThatTakesNoBytesIsDropped() throws {
        let first = try http1()
        try first.write(text: "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        first.setWritable(false)
        #expect(try life(of: first) == 20)
        let second = try http2(head(flags: 5))
        second.setWritable(false)
        #expect(try life(of: second) == 20)
    }

    @Test func anHTTP2PeerThatOpensNoWindowIsDropped() throws {
        let channel = try http2(zeroWindow + head(flags: 5))
        #expect(handler.targets == ["/"])
        #expect((20...31).contains(try life(of: channel)))
    }

    @Test func aStreamedAnswerThatThePeerDoesNotTakeIsStalled() throws {
        handler.manner = .never
        let channel = try http2(zeroWindow + head(flags: 5))
        let connection = try #require(handler.connection as? HTTP2Connection)
        let body = OutgoingBody(
            connection, stream: StreamID(1), kind: .endless, limits: Limits(),
            loop: channel.eventLoop)
        #expect(connection.begin(Response(status: 200), body))
        body.write(ByteBuffer(string: "x")).whenFailure { _ in }
        #expect((20...31).contains(try life(of: channel)))
        #expect(try body.outcome().end == .stalled)
    }

    @Test func aDrainEndsInItsTime() throws {
        handler.manner = .never
        let first = try http1()
        try first.write(text: "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        let second = try http2(head(flags: 5))
        for channel in [first, second] {
            channel.pipeline.fireUserInboundEventTriggered(DrainOrder(time: .seconds(5)))
            #expect(try life(of: channel) == 5)
        }
    }
}
