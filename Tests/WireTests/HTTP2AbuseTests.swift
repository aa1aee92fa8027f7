import CNGHTTP2
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// Each attack ends with GOAWAY or a stream error, and within bounds.
struct HTTP2AbuseTests {
    let handler = RecordingHandler()
    let peer = HTTP2Peer()
    let channel: EmbeddedChannel
    private let seen = Seen()

    init() throws {
        channel = try .with(HTTP2Connection(handler: handler, tls: .test, limits: Limits()))
    }

    /// Sends raw frames until the connection ends; how many it took.
    private func flood(_ most: Int, _ frame: (Int) -> [UInt8]) throws -> Int {
        try channel.writeInbound(ByteBuffer(bytes: RawFrame.preface + RawFrame.settings))
        for number in 0..<most {
            guard channel.isActive else { return number }
            try channel.writeInbound(ByteBuffer(bytes: frame(number)))
            note(try channel.outboundBytes())
        }
        return most
    }

    private func note(_ bytes: ByteBuffer) {
        seen.frames += RawFrame.read(bytes)
    }

    /// The code of the last GOAWAY that was seen.
    private var goAway: UInt32? {
        guard let frame = seen.frames.last(where: { $0.type == 7 }) else { return nil }
        return frame.payload[4...7].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    private final class Seen {
        var frames: [(type: UInt8, stream: UInt32, payload: [UInt8])] = []
    }

    private func head(_ number: Int, flags: UInt8 = 5) -> [UInt8] {
        RawFrame.make(
            1, flags: flags, stream: UInt32(number * 2 + 1), RawFrame.block(HTTP2Peer.get))
    }

    @Test func endsRapidResets() throws {
        handler.manner = .never
        let count = try flood(5000) { number in
            head(number) + RawFrame.make(3, stream: UInt32(number * 2 + 1), [0, 0, 0, 8])
        }
        #expect(count <= 400)
        #expect(goAway != nil)
        #expect(handler.requests.count <= 400)
    }

    @Test func endsResetsThatThePeerProvokes() throws {
        handler.manner = .never
        let count = try flood(5000) { number in
            head(number) + RawFrame.make(8, stream: UInt32(number * 2 + 1), [0, 0, 0, 0])
        }
        #expect(count <= 600)
        #expect(!channel.isActive)
    }

    @Test func endsPingFloods() throws {
        let count = try flood(50_000) { _ in
            RawFrame.make(6, stream: 0, [UInt8](repeating: 0, count: 8))
        }
        #expect(count <= 2500)
        #expect(goAway == NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
        #expect(handler.problems == [.flood])
    }

    @Test func endsPingFloodsWhoseAnswersAreNotTaken() throws {
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        let count = try flood(50_000) { _ in
            RawFrame.make(6, stream: 0, [UInt8](repeating: 0, count: 8))
        }
        #expect(count <= 2500)
    }

    @Test func endsSettingsFloods() throws {
        let count = try flood(50_000) { _ in RawFrame.settings }
        #expect(count <= 2500)
        #expect(goAway == NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
    }

    @Test func endsASettingsFrameWithTooManyEntries() throws {
        let entries = (0..<33).flatMap { _ in [0, 5, 0, 0, 64, 0] as [UInt8] }
        let count = try flood(3) { _ in RawFrame.make(4, stream: 0, entries) }
        #expect(count == 1)
        #expect(goAway != nil)
    }

    @Test func endsPriorityFloods() throws {
        let count = try flood(50_000) { _ in RawFrame.make(2, stream: 1, [0, 0, 0, 0, 1]) }
        #expect(count <= 2500)
    }

    @Test func endsWindowUpdateFloods() throws {
        let count = try flood(50_000) { _ in RawFrame.make(8, stream: 0, [0, 0, 0, 1]) }
        #expect(count <= 2500)
    }

    @Test func endsEmptyDataFloods() throws {
        let start = head(0, flags: 4)
        let count = try flood(50_000) { ($0 == 0 ? start : []) + RawFrame.make(0, stream: 1, []) }
        #expect(count <= 2500)
    }

    @Test func closesAConnectionThatOnlySendsFramesWithoutRequests() throws {
        _ = try flood(80) { _ in
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            return RawFrame.make(77, stream: 0, [])
                + RawFrame.make(6, stream: 0, .init(repeating: 0, count: 8))
        }
        #expect(!channel.isActive)
    }

    @Test func endsContinuationFloods() throws {
        let start = RawFrame.make(1, flags: 1, stream: 1, RawFrame.block(HTTP2Peer.get))
        let count = try flood(1000) { number in
            (number == 0 ? start : []) + RawFrame.make(9, stream: 1, RawFrame.field("x", "y"))
        }
        #expect(count <= 10)
        #expect(goAway != nil)
        #expect(handler.targets == [])
    }

    @Test func endsAHeaderListThatUnpacksToMuch() throws {
        // One 4,000-byte entry in the table, then thousands of one-byte references to it.
        let value = [UInt8](repeating: 97, count: 4000)
        let literal: [UInt8] = [0x40, 1, 120, 0x7F, 0xA1, 0x1E] + value
        let bomb = RawFrame.block(HTTP2Peer.get) + literal + [UInt8](repeating: 0xBE, count: 10_000)
        let count = try flood(3) { _ in RawFrame.make(1, flags: 5, stream: 1, bomb) }
        #expect(count == 1)
        #expect(handler.targets == [])
        #expect(handler.problems.contains(.flood))
        #expect(goAway == NGHTTP2_ENHANCE_YOUR_CALM.rawValue)
    }

    @Test func endsAWrongPreface() throws {
        try channel.write(text: "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(handler.problems == [.connectionBroken])
        #expect(!channel.isActive)
    }

    @Test(arguments: [
        RawFrame.make(0, stream: 0, [1]), RawFrame.make(1, flags: 5, stream: 2, []),
        RawFrame.make(1, flags: 5, stream: 0, []), RawFrame.make(5, stream: 1, [0, 0, 0, 2]),
        RawFrame.make(9, stream: 1, []), RawFrame.make(6, stream: 0, [0]),
        RawFrame.make(4, stream: 0, [0]), RawFrame.make(4, stream: 1, []),
        RawFrame.make(8, stream: 0, [0, 0, 0, 0]), RawFrame.make(3, stream: 0, [0, 0, 0, 1]),
        RawFrame.make(1, flags: 5, stream: 1, [0xFF, 0xFF, 0xFF]),
        [0, 64, 1, 0, 0, 0, 0, 0, 1] + [UInt8](repeating: 0, count: 16_385),
    ])
    func endsAConnectionThatBreaksTheRules(_ frame: [UInt8]) throws {
        _ = try flood(1) { _ in frame }
        #expect(!channel.isActive)
        #expect(goAway.map { $0 != 0 } == true)
        #expect(handler.targets == [])
    }

    @Test func refusesStreamsPastTheLimitAndKeepsTheOthers() throws {
        handler.manner = .never
        let count = try flood(140) { head($0) }
        #expect(count == 140)
        #expect(handler.requests.count == 128)
        let resets = seen.frames.filter { $0.type == 3 }
        let refused: [UInt32] = (128..<140).map { UInt32($0 * 2 + 1) }
        let streams = resets.map(\.stream)
        #expect(streams == refused)
        let code: [UInt8] = [0, 0, 0, 7]
        #expect(resets.allSatisfy { $0.payload == code })
    }

    @Test func endsAHeadThatNeverEnds() throws {
        _ = try flood(1) { _ in head(0, flags: 1) }
        channel.embeddedEventLoop.advanceTime(by: .seconds(16))
        #expect(!channel.isActive)
        #expect(handler.problems.contains(.headTimeout))
    }

    @Test func endsAPeerWithoutAPreface() throws {
        channel.embeddedEventLoop.advanceTime(by: .seconds(11))
        #expect(!channel.isActive)
    }

    @Test func answersABodyThatNeverEnds() throws {
        _ = try flood(1) { _ in head(0, flags: 4) }
        channel.embeddedEventLoop.advanceTime(by: .seconds(16))
        let frames = RawFrame.read(try channel.outboundBytes())
        #expect(frames.map(\.type) == [1, 0, 3])
        #expect(String(decoding: frames[1].payload, as: UTF8.self).contains("\"status\":408"))
        #expect(channel.isActive)
    }

    @Test func dropsAPeerThatOpensNoWindow() throws {
        let zeroWindow = RawFrame.make(4, stream: 0, [0, 4, 0, 0, 0, 0])
        _ = try flood(1) { _ in zeroWindow + head(0) }
        #expect(handler.targets == ["/"])
        channel.embeddedEventLoop.advanceTime(by: .seconds(60))
        #expect(!channel.isActive)
    }

    @Test func letsABusyPeerSendControlFramesBesideItsRequests() throws {
        for _ in 0..<2000 {
            peer.request(HTTP2Peer.get)
            peer.ping()
            peer.sendSettings()
            try peer.talk(to: channel)
        }
        #expect(peer.goAway == nil)
        #expect(peer.answers.values.filter(\.isEnded).count == 2000)
    }
}
