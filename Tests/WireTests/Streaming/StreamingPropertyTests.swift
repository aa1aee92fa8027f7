import NIOCore
import NIOEmbedded
import Support
import Testing

@testable import Wire

/// Whatever the sizes, the pauses of the peer and its resets: what arrives is what was written, from its start on, and whole
/// where it says so.
@Suite struct StreamingPropertyTests {
    /// One answer: what was written so far, by a producer that waits for room.
    private final class Producer {
        let body: OutgoingBody
        private(set) var written = ""
        private var room: EventLoopFuture<Void>?

        init(_ body: OutgoingBody) { self.body = body }

        func step(_ random: inout SeededGenerator) {
            guard body.end == nil, body.ending == nil, room?.isDone ?? true else { return }
            let isLarge = random.next() % 4 == 0
            let count = Int(random.next() % (isLarge ? UInt64(body.pieceBytesMax) : 40)) + 1
            let letter = Character(UnicodeScalar(UInt8(97 + random.next() % 26)))
            let text = String(repeating: letter, count: count)
            written += text
            room = body.write(ByteBuffer(string: text))
        }
    }

    @Test(arguments: Repetitions.some(of: UInt64(0)..<40))
    func overHTTP1(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let handler = RecordingHandler()
        handler.manner = .never
        let connection = HTTP1Connection(handler: handler, tls: nil, limits: Limits())
        let channel = try EmbeddedChannel.with(connection)
        for number in 0..<3 {
            try channel.write(text: "GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            let body = OutgoingBody(
                connection, stream: handler.streams[number], kind: .bounded, limits: Limits(),
                loop: channel.eventLoop)
            #expect(connection.begin(Response(status: 200), body))
            let producer = Producer(body)
            for _ in 0..<60 {
                if random.next() % 5 == 0 { channel.setWritable(!channel.isWritable) }
                producer.step(&random)
                #expect(connection.held.readableBytes <= Limits().streamBytesMax)
            }
            body.close(.finished)
            channel.setWritable(true)
            let text = try channel.outboundText()
            let head = try #require(text.firstRange(of: "\r\n\r\n"))
            var rest = ByteBuffer(substring: text[head.upperBound...])
            var decoder = ChunkedBody()
            #expect(decoder.decode(&rest, bytesMax: .max) == .complete)
            #expect(String(buffer: decoder.body) == producer.written)
            #expect(rest.readableBytes == 0)
            let outcome = BodyOutcome(end: .finished, bytes: producer.written.utf8.count)
            #expect(try body.outcome() == outcome)
        }
    }

    @Test(arguments: Repetitions.some(of: UInt64(0)..<40))
    func overHTTP2(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let handler = RecordingHandler()
        handler.manner = .never
        let connection = HTTP2Connection(handler: handler, tls: .test, limits: Limits())
        let channel = try EmbeddedChannel.with(connection)
        let peer = HTTP2Peer()
        for number in 0..<6 { peer.request(HTTP2Peer.fields("/\(number)")) }
        try peer.talk(to: channel)
        let producers = handler.streams.map { stream in
            let body = OutgoingBody(
                connection, stream: stream, kind: .bounded, limits: Limits(),
                loop: channel.eventLoop)
            #expect(connection.begin(Response(status: 200), body))
            return Producer(body)
        }
        var wereReset: Set<StreamID> = []
        for _ in 0..<200 {
            let one = producers[Int(random.next() % 6)]
            switch random.next() % 20 {
            case 0: channel.setWritable(!channel.isWritable)
            case 1...3: peer.take(try channel.outboundBytes())
            case 4...6: try channel.writeInbound(peer.bytes())
            case 7 where random.next() % 8 == 0:
                wereReset.insert(one.body.stream)
                peer.reset(one.body.stream.value)
            case 8 where random.next() % 8 == 0: one.body.close(.failed)
            default: one.step(&random)
            }
            for producer in producers {
                #expect(connection.heldBytes(of: producer.body) <= Limits().streamBytesMax)
            }
        }
        for producer in producers { producer.body.close(.finished) }
        channel.setWritable(true)
        try peer.talk(to: channel)
        for producer in producers {
            let answer = peer.answers[producer.body.stream.value] ?? HTTP2Peer.Answer()
            let outcome = try producer.body.outcome()
            #expect(producer.written.hasPrefix(answer.body))
            // A peer that resets looks at nothing that comes after.
            if wereReset.contains(producer.body.stream) { continue }
            #expect(answer.isEnded == (outcome.end == .finished))
            if outcome.end == .finished {
                #expect(answer.body == producer.written)
                #expect(outcome.bytes == producer.written.utf8.count)
            }
        }
        #expect(channel.isActive)
        #expect(connection.session?.unsent == 0)
        #expect(connection.session?.openStreams == 0)
    }
}
