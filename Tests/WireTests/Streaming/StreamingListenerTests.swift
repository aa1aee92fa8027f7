import Foundation
import NIOCore
import NIOPosix
import Support
import Testing

@testable import Wire

/// Streamed answers on real sockets, written by tasks, with curl as peer.
@Suite(
    .disabled(if: WireTestCertificates.isMissing, "the openssl command is missing"),
    .timeLimit(.minutes(10)))
struct StreamingListenerTests {
    let files: WireTestCertificates

    init() throws {
        files = try #require(WireTestCertificates.shared)
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func aLongListArrivesWhole(_ version: String) async throws {
        let (writers, door) = AsyncStream<BodyWriter>.makeStream()
        try await TestServer.run(files, handler: { StreamingHandler(door) }) { server in
            async let answer = server.curl(version + " -N", seconds: 120)
            let writer = try #require(await writers.first { _ in true })
            var random = SeededGenerator(seed: 7)
            var expected = ""
            while expected.utf8.count < 3_000_000 {
                let text = String(
                    repeating: "\(expected.utf8.count) ", count: Int(random.next() % 20_000))
                expected += text
                try await writer.write(ByteBuffer(string: text))
            }
            writer.end(.finished)
            let outcome = BodyOutcome(end: .finished, bytes: expected.utf8.count)
            #expect(await writer.over() == outcome)
            #expect(await answer == expected + (version == "--http2" ? "v2" : "v1.1"))
        }
    }

    @Test(arguments: ["--http1.1", "--http2"])
    func curlKnowsABrokenOffAnswer(_ version: String) async throws {
        let (writers, door) = AsyncStream<BodyWriter>.makeStream()
        try await TestServer.run(files, handler: { StreamingHandler(door) }) { server in
            async let answer = server.curl(version + " -N", seconds: 120)
            let writer = try #require(await writers.first { _ in true })
            try await writer.write(ByteBuffer(string: "half"))
            writer.end(.failed)
            let text = await answer
            #expect(text.contains("half"))
            #expect(text.contains("curl: ("), "\(text)")
        }
    }

    /// The kernel takes a few megabytes by itself; behind that the producer waits, and is told after the time.
    @Test(arguments: ["--http1.1", "--http2"])
    func aClientThatStopsReadingEndsTheAnswer(_ version: String) async throws {
        var limits = Limits()
        limits.writeNanoseconds = 400_000_000
        let (writers, door) = AsyncStream<BodyWriter>.makeStream()
        try await TestServer.run(files, limits: limits, handler: { StreamingHandler(door) }) {
            server in
            let done = files.path("read\(version)")
            async let reader = WireTestCertificates.shell(
                "curl -sN \(version) --cacert '\(files.path("ca.pem"))' "
                    + "--cert '\(files.path("client.pem"))' --key '\(files.path("client.key"))' "
                    + "https://127.0.0.1:\(server.port)/ "
                    + "| while [ ! -e '\(done)' ]; do sleep 0.1; done")
            let writer = try #require(await writers.first { _ in true })
            let part = ByteBuffer(repeating: 0x61, count: 100_000)
            var handed = 0
            do throws(BodyEnd) {
                while handed < 100_000_000 {
                    try await writer.write(part)
                    handed += part.readableBytes
                }
            } catch {
                #expect(error == .stalled)
            }
            #expect(handed < 50_000_000)
            let outcome = await writer.over()
            #expect(outcome.end == .stalled)
            #expect(handed + part.readableBytes - outcome.bytes <= part.readableBytes + 65_536)
            try "".write(toFile: done, atomically: true, encoding: .utf8)
            _ = await reader
        }
    }

    /// On a real clock, two reads of which are never the same.
    @Test func aPeerThatOnlyPingsIsStalled() async throws {
        var limits = Limits()
        limits.writeNanoseconds = 300_000_000
        let (writers, door) = AsyncStream<BodyWriter>.makeStream()
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group)
            .childChannelInitializer { [limits] channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        HTTP2Connection(
                            handler: StreamingHandler(door), tls: .test, limits: limits))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        let peer = HTTP2Peer()
        peer.request(HTTP2Peer.get)
        let request = peer.bytes()
        let ping = ByteBuffer(
            bytes: RawFrame.make(6, stream: 0, [UInt8](repeating: 1, count: 8)))
        let client = try await ClientBootstrap(group: group).connect(to: address).map { channel in
            channel.writeAndFlush(request, promise: nil)
            let pings = channel.eventLoop.scheduleRepeatedTask(
                initialDelay: .zero, delay: .milliseconds(100)
            ) { _ in channel.writeAndFlush(ping, promise: nil) }
            channel.closeFuture.whenComplete { _ in pings.cancel() }
            return channel
        }.get()
        let writer = try #require(await writers.first { _ in true })
        let part = ByteBuffer(repeating: 0x61, count: 200_000)
        await #expect(throws: BodyEnd.stalled) { try await writer.write(part) }
        #expect(await writer.over() == BodyOutcome(end: .stalled, bytes: 65_535))
        try? await client.close()
        try await server.close()
    }
}

/// Begins a streamed answer to every request and hands its writer out.
private final class StreamingHandler: ConnectionHandler {
    private let door: AsyncStream<BodyWriter>.Continuation
    private weak var connection: Connection?

    init(_ door: AsyncStream<BodyWriter>.Continuation) { self.door = door }

    func opened(_ connection: Connection) { self.connection = connection }

    func receive(_ request: Request, stream: StreamID) {
        let head = Response(status: 200, contentType: "text/plain")
        guard let writer = connection?.respond(head, on: stream, streaming: .bounded) else {
            return
        }
        connection?.flush()
        door.yield(writer)
    }

    func closed() {}
}
