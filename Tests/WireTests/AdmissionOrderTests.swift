import Dispatch
import NIOCore
import NIOPosix
import Support
import Testing

@testable import Wire

/// Who came first goes first, whichever event loop is behind.
@Suite(.disabled(if: WireTestCertificates.isMissing, "the openssl command is missing"))
struct AdmissionOrderTests {
    private let files: WireTestCertificates

    init() throws { files = try #require(WireTestCertificates.shared) }

    @Test func aLoopThatIsBehindTakesNobodysPlace() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        var limits = Limits()
        limits.unprovenPerSourceMax = 4
        limits.handshakeNanoseconds = 300_000_000_000
        try await TestServer.run(files, limits: limits, on: group) { server in
            // The listener is on the first.
            let behind = Array(group.makeIterator())[1]
            let held = DispatchSemaphore(value: 0)
            behind.execute { held.wait() }
            let sockets = try (0..<24).map { _ in try PlainSocket(port: UInt16(server.port)) }
            try await server.wait { $0.listener.counters.accepted >= sockets.count / 2 }
            held.signal()
            try await server.wait {
                $0.listener.counters == .init(accepted: 24, crowdedOut: 20, open: 4)
            }
            for (number, socket) in sockets.dropLast(4).enumerated() {
                try #require(socket.waitForClose(), "\(number) stayed")
            }
            #expect(server.listener.counters == .init(accepted: 24, crowdedOut: 20, open: 4))
        }
        try await group.shutdownGracefully()
    }
}
