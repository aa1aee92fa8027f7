import CNGHTTP2
import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// Windows that open and windows that stay shut.
struct HTTP2FlowTests {
    private let handler = RecordingHandler()
    private let channel: EmbeddedChannel

    init() throws {
        var limits = Limits()
        limits.http2.idleFramesMax = 40
        limits.queuedBytesMax = 100_000
        channel = try .with(HTTP2Connection(handler: handler, tls: .test, limits: limits))
    }

    private func send(_ bytes: [UInt8]) throws {
        try channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    private func start(window: UInt32) throws {
        let setting: [UInt8] = [0, 4] + number(window)
        try send(RawFrame.preface + RawFrame.make(4, stream: 0, setting))
    }

    private func ask(_ stream: UInt32) throws {
        try send(RawFrame.make(1, flags: 5, stream: stream, RawFrame.block(HTTP2Peer.get)))
    }

    private func open(_ stream: UInt32, by count: Int) -> [UInt8] {
        RawFrame.make(8, stream: stream, number(UInt32(count)))
    }

    private func number(_ value: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
    }

    private func answer(bytes: Int) {
        handler.answer = { _, _ in
            Response(status: 200, contentType: "a", body: [UInt8](repeating: 7, count: bytes))
        }
    }

    /// As Go's clients do: a WINDOW_UPDATE for the stream and one for the connection, for each DATA frame.
    @Test func twoWindowUpdatesForEachFrameAreNoFlood() throws {
        answer(bytes: 4_000_000)
        try start(window: 65_535)
        try ask(1)
        var taken = 0
        while taken < 4_000_000, channel.isActive {
            let data = RawFrame.read(try channel.outboundBytes()).filter { $0.type == 0 }
            guard !data.isEmpty else { break }
            for frame in data {
                taken += frame.payload.count
                let count = max(1, frame.payload.count)
                try send(open(0, by: count))
                if channel.isActive, taken < 4_000_000 { try send(open(1, by: count)) }
            }
        }
        #expect(taken == 4_000_000)
        #expect(channel.isActive && handler.problems == [])
        #expect(handler.queuedBytes == 0)
    }

    @Test func aWindowOfOneByteDoesNotPayForItself() throws {
        answer(bytes: 50_000)
        try start(window: 0)
        try ask(1)
        var count = 0
        while channel.isActive, count < 1000 {
            try send(open(1, by: 1))
            _ = try channel.outboundBytes()
            count += 1
        }
        #expect(count < 100)
        #expect(handler.problems == [.flood])
    }

    @Test func answersThatThePeerDoesNotTakeAreBounded() throws {
        answer(bytes: 40_000)
        try start(window: 0)
        for stream in 0..<100 { try ask(UInt32(2 * stream + 1)) }
        let session = try #require((handler.connection as? HTTP2Connection)?.session)
        #expect(handler.requests.count == 100)
        #expect(session.queuedBytes < 100_000)
        #expect(handler.queuedBytes == session.queuedBytes)
        // The third is the first that has no room.
        try send(open(5, by: 1000))
        let frames = RawFrame.read(try channel.outboundBytes())
        let body = frames.first { $0.type == 0 && $0.stream == 5 }?.payload ?? []
        #expect(String(decoding: body, as: UTF8.self).contains("answers_not_taken"))
        #expect(channel.isActive)
        try send(open(1, by: 40_000))
        #expect(session.queuedBytes < 60_000)
        try ask(201)
        try send(open(201, by: 1000))
        let later = RawFrame.read(try channel.outboundBytes())
        #expect(later.first { $0.type == 0 && $0.stream == 201 }?.payload.count == 1000)
        channel.pipeline.fireChannelInactive()
        #expect(handler.queuedBytes == 0)
    }

    @Test func oneAnswerMayBeLongerThanAllThatMayWait() throws {
        answer(bytes: 300_000)
        try start(window: 0)
        try ask(1)
        #expect(handler.queuedBytes == 300_000)
        try send(RawFrame.make(3, stream: 1, [0, 0, 0, 8]))
        #expect(handler.queuedBytes == 0, "a reset gives back what waited")
    }
}
