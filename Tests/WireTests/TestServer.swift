import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

@testable import Wire

/// Accepts and refuses as told, and notes what it was asked.
final class TestGate: PeerGate {
    struct State {
        var accepts = true
        var acceptsResumed = true
        /// Given instead of a verdict on a presented chain.
        var pending: PendingRefusal?
        var delay: TimeAmount?
        var chains: [Int] = []
        var leaves: [[UInt8]] = []
        var failures: [HandshakeFailure] = []
    }

    let state = NIOLockedValueBox(State())

    func verify(chain: [[UInt8]], origin: PeerOrigin) -> EventLoopFuture<PeerVerdict> {
        let (accepts, delay, pending) = state.withLockedValue { state in
            state.chains.append(chain.count)
            return (state.accepts, state.delay, state.pending)
        }
        let verdict: PeerVerdict =
            pending.map { .refusedOnceProven($0) }
            ?? (accepts ? .accepted("peer") : .refused(code: "expired", reason: "test"))
        guard let delay else { return origin.eventLoop.makeSucceededFuture(verdict) }
        return origin.eventLoop.scheduleTask(in: delay) { verdict }.futureResult
    }

    func reverify(leaf: [UInt8], origin: PeerOrigin) -> EventLoopFuture<PeerVerdict> {
        let (accepts, delay) = state.withLockedValue { state in
            state.leaves.append(leaf)
            return (state.acceptsResumed, state.delay)
        }
        let verdict: PeerVerdict =
            accepts ? .accepted("again") : .refused(code: "revoked", reason: "test")
        guard let delay else { return origin.eventLoop.makeSucceededFuture(verdict) }
        return origin.eventLoop.scheduleTask(in: delay) { verdict }.futureResult
    }

    func handshakeFailed(_ failure: HandshakeFailure, origin: PeerOrigin) {
        state.withLockedValue { $0.failures.append(failure) }
    }
}

/// Answers every request with its path and what TLS settled.
final class EchoHandler: ConnectionHandler {
    struct Seen {
        var targets: [String] = []
        var problems: [WireProblem] = []
        var opened = 0
        var closed = 0
    }

    private let seen: NIOLockedValueBox<Seen>
    private let delay: TimeAmount?
    private weak var connection: Connection?

    init(_ seen: NIOLockedValueBox<Seen>, delay: TimeAmount?) {
        self.seen = seen
        self.delay = delay
    }

    func opened(_ connection: Connection) {
        seen.withLockedValue { $0.opened += 1 }
        self.connection = connection
    }

    func receive(_ request: Request, stream: StreamID) {
        seen.withLockedValue { $0.targets.append(request.target) }
        let tls = connection?.tls
        let text =
            "path=\(request.target) h2=\(request.isHTTP2) tls=\(tls?.version.rawValue ?? "")"
            + " resumed=\(tls?.isResumed ?? false) peer=\(tls?.peer as? String ?? "")\n"
        let answer: @Sendable () -> Response = {
            Response(status: 200, contentType: "text/plain", body: Array(text.utf8))
        }
        guard let delay, let loop = connection?.eventLoop else {
            connection?.respond(answer(), on: stream)
            return
        }
        _ = loop.assumeIsolated().scheduleTask(in: delay) { [weak self] in
            self?.connection?.respond(answer(), on: stream)
            self?.connection?.flush()
        }
    }

    func receivedAll() { connection?.flush() }

    func malformed(_ problem: WireProblem, stream: StreamID?) -> ProblemAnswer {
        seen.withLockedValue { $0.problems.append(problem) }
        return .standard
    }

    func closed() { seen.withLockedValue { $0.closed += 1 } }
}

extension Limits {
    /// Handshakes and requests may take as long as they do where all other tests run on the same cores.
    fileprivate static var patient: Limits {
        var limits = Limits()
        limits.handshakeNanoseconds = 300_000_000_000
        limits.headNanoseconds = 300_000_000_000
        limits.idleNanoseconds = 300_000_000_000
        return limits
    }
}

/// A listener on real TLS and port 0.
struct TestServer: Sendable {
    let listener: Listener
    let gate: TestGate
    let box: TLSContextBox
    let seen: NIOLockedValueBox<EchoHandler.Seen>
    let files: WireTestCertificates

    var port: Int { listener.localAddress?.port ?? 0 }

    static func settings(
        _ files: WireTestCertificates, _ clients: TLSSettings.ClientCertificates
    ) throws -> TLSSettings {
        TLSSettings(
            certificateChain: [try files.bytes("server.der")],
            privateKeyPEM: try files.bytes("server.key"), clientCertificates: clients)
    }

    /// Starts a server, runs the body, and closes it.
    static func run(
        _ files: WireTestCertificates, clients: TLSSettings.ClientCertificates = .required,
        limits: Limits = .patient, delay: TimeAmount? = nil,
        handler: (@Sendable () -> any ConnectionHandler)? = nil,
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let gate = TestGate()
        let box = try TLSContextBox(settings(files, clients))
        let seen = NIOLockedValueBox(EchoHandler.Seen())
        let listener = try await Listener.start(
            ListenerSettings(
                host: "127.0.0.1", port: 0, tls: box, peerGate: gate, limits: limits,
                makeHandler: { _ in handler?() ?? EchoHandler(seen, delay: delay) }),
            on: group)
        let server = TestServer(listener: listener, gate: gate, box: box, seen: seen, files: files)
        do {
            try await body(server)
        } catch {
            await listener.close()
            throw error
        }
        await listener.close()
    }

    var targets: [String] { seen.withLockedValue { $0.targets } }
    var failures: [HandshakeFailure] { gate.state.withLockedValue { $0.failures } }

    /// Runs openssl's client with one request on its input.
    func client(
        _ options: String = "", identity: String? = "client", path: String = "/",
        seconds: Double = 0.4
    ) async -> String {
        let certificate = identity.map {
            "-cert '\(files.path("\($0).pem"))' -key '\(files.path("client.key"))'"
        }
        let line = """
            (printf 'GET \(path) HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n'; sleep \(seconds)) | timeout -s KILL 10 openssl s_client \
            -connect 127.0.0.1:\(port) -CAfile '\(files.path("ca.pem"))' -quiet -no_ign_eof \
            \(certificate ?? "") \(options) 2>&1
            """
        return await WireTestCertificates.shell(line)?.text ?? ""
    }

    /// Runs curl; the answer's body with the protocol version behind it.
    func curl(_ options: String, path: String = "/", seconds: Int = 10) async -> String {
        let line = """
            timeout -s KILL \(seconds) curl -sS --cacert '\(files.path("ca.pem"))' --cert '\(files.path("client.pem"))' \
            --key '\(files.path("client.key"))' -w 'v%{http_version}' \(options) https://127.0.0.1:\(port)\(path) 2>&1
            """
        return await WireTestCertificates.shell(line)?.text ?? ""
    }

    /// Waits until a condition holds, two seconds at most.
    func wait(until holds: (TestServer) -> Bool) async throws {
        for _ in 0..<200 where !holds(self) { try await Task.sleep(for: .milliseconds(10)) }
    }
}
