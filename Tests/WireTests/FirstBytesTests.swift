import NIOCore
import NIOEmbedded
import Testing

@testable import Wire

/// What a peer that has only just begun to talk costs.
@Suite struct FirstBytesTests {
    /// A channel behind whose first bytes nothing is laid; what came of them.
    private final class Begun {
        let channel = EmbeddedChannel()
        private(set) var told = 0
        private(set) var laid = 0

        init() throws {
            try channel.pipeline.syncOperations.addHandler(
                FirstBytes(
                    tell: { [weak self] in self?.told += 1 },
                    lay: { [weak self] _, _ in self?.laid += 1 }))
        }

        func receive(_ bytes: [UInt8]) throws {
            _ = try channel.writeInbound(ByteBuffer(bytes: bytes))
        }

        func passedOn() throws -> [UInt8] {
            var all: [UInt8] = []
            while let buffer = try channel.readInbound(as: ByteBuffer.self) {
                all += buffer.readableBytesView
            }
            return all
        }
    }

    private let record: [UInt8] = [0x16, 3, 1, 0, 4, 1, 2, 3, 4]

    @Test func aHandshakeThatIsOnlyBegunIsHeldBack() throws {
        let begun = try Begun()
        for (place, byte) in record.enumerated() {
            #expect(begun.laid == 0)
            #expect(try begun.passedOn() == [])
            try begun.receive([byte])
            #expect(begun.told == 1, "after \(place + 1) bytes")
        }
        #expect(begun.laid == 1)
        try begun.receive([9])
        #expect(try begun.passedOn() == record + [9])
        #expect((begun.told, begun.laid) == (1, 1))
    }

    @Test func aWholeRecordIsHeldBackByNobody() throws {
        let begun = try Begun()
        try begun.receive(record + [7])
        #expect(begun.laid == 1)
        #expect(try begun.passedOn() == record + [7])
    }

    @Test(arguments: [Array("GET / HTTP/1.1".utf8), [0x16, 3, 1, 0xff, 0xff], [0x15], [0]])
    func whatNoHandshakeBeginsWithIsRefusedAtOnce(bytes: [UInt8]) throws {
        let begun = try Begun()
        try begun.receive(bytes)
        #expect(begun.laid == 1, "the TLS library says what is wrong")
        #expect(try begun.passedOn() == bytes)
    }
}
