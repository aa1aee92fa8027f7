import Auth
import Foundation
import Gateway
import Logging
import NIOConcurrencyHelpers
import PKI
import Support

/// A gateway in this process, put together by the same assembly as the executable's: real ports and TLS, the test's
/// own time, policy and outside parts.
///
/// Each `serving` is one start on the same folder, so two of them are a restart. Any number may serve at once.
final class InProcessGateway: ServedGateway, Sendable {
    let clock: TestClock
    private let files: TestFolder
    let settings: GatewayConfiguration
    private let outside: OutsideParts
    private let running = NIOLockedValueBox<Running?>(nil)

    /// What there is of a gateway from its start to its end.
    private struct Running {
        let gateway: Gateway
        let ticker: TestTicker
    }

    /// Makes the folder; nothing is started yet.
    ///
    /// - Parameters:
    ///   - policy: The policy file's text; nil for the one that is shipped.
    ///   - outside: What a test brings along; listeners that it opens should have port 0.
    ///   - clock: The gateway's time; it stands still unless the test moves it.
    ///   - folder: The folder of an earlier gateway, to start on what that left.
    ///   - change: Other settings.
    /// - Throws: What the file system says.
    init(
        policy: String? = nil, outside: OutsideParts = OutsideParts(),
        clock: TestClock = TestClock(), folder: TestFolder? = nil,
        _ change: (inout GatewayConfiguration) -> Void = { _ in }
    ) throws {
        files = try folder ?? TestFolder()
        self.outside = outside
        self.clock = clock
        var settings = GatewayConfiguration()
        settings.listen.service = .anyPort
        settings.listen.metrics = .anyPort
        settings.listen.people = .anyPort
        settings.listen.federation = .anyPort
        settings.dataDirectory = files.path("data")
        settings.certsDirectory = files.path("certs")
        if let policy {
            settings.policyPath = files.path("policy.yaml")
            try files.write(policy, to: "policy.yaml")
        }
        change(&settings)
        self.settings = settings
    }

    var folder: URL { files.url }
    /// What it leaves to the next that starts on its folder.
    var left: TestFolder { files }
    var serviceAddress: String { current?.gateway.serviceAddress ?? "" }
    var metricsAddress: String { current?.gateway.metricsAddress ?? "" }
    var peopleAddress: String { current?.gateway.peopleAddress ?? "" }
    var federationAddress: String { current?.gateway.federationAddress ?? "" }

    var revocationAddress: String { current?.gateway.revocationAddress ?? "" }

    /// Starts the gateway, runs the body, tells the gateway to stop, and returns once all is written.
    ///
    /// - Throws: What the gateway or the body throws.
    @discardableResult
    func serving<R: Sendable>(
        _ body: @escaping @Sendable (InProcessGateway) async throws -> R
    ) async throws -> R {
        guard !Self.hasTurn else { return try await serve(body) }
        try await Self.turns.take()
        let result: Result<R, any Error>
        do {
            result = .success(try await Self.$hasTurn.withValue(true) { try await serve(body) })
        } catch {
            result = .failure(error)
        }
        await Self.turns.give()
        return try result.get()
    }

    private static let turns = Turns(3)
    /// A test that has one gateway serve may start more.
    @TaskLocal private static var hasTurn = false

    /// What waits for ever is a failure, however long its test waited for a turn.
    private static let bodyTime = Duration.seconds(300)

    private func inTime<R: Sendable>(
        _ body: @escaping @Sendable (InProcessGateway) async throws -> R
    ) async throws -> R {
        try await withThrowingTaskGroup(of: R.self) { group in
            group.addTask { try await body(self) }
            group.addTask {
                try await Task.sleep(for: Self.bodyTime)
                throw TestFault(description: "not done within \(Self.bodyTime)")
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw CancellationError() }
            return result
        }
    }

    private func serve<R: Sendable>(
        _ body: @escaping @Sendable (InProcessGateway) async throws -> R
    ) async throws -> R {
        let ticker = TestTicker()
        let gateway = try await Assembly.build(
            settings, logger: try FileLog.logger(files.path("serve.log")), outside: outside,
            clocks: clock.clocks, ticker: ticker)
        running.withLockedValue { $0 = Running(gateway: gateway, ticker: ticker) }
        // Nothing of a gateway that has ended is kept: tests of many starts would use up the descriptors of all.
        defer {
            ticker.end()
            running.withLockedValue { $0 = nil }
        }
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await gateway.run() }
            let result: Result<R, any Error>
            do {
                result = .success(try await inTime(body))
            } catch {
                result = .failure(error)
            }
            await gateway.stop()
            try await group.waitForAll()
            return try result.get()
        }
    }

    /// The way into the pipeline for callers in this process.
    ///
    /// - Throws: ``TestFault`` while the gateway is not served.
    var lanes: LaneTable {
        get throws {
            guard let current else { throw TestFault(description: "the gateway is not served") }
            return current.gateway.lanes
        }
    }

    /// Tells the gateway to stop while the body still runs; `serving` waits for its end.
    func stop() async { await current?.gateway.stop() }

    /// Waits until this gateway takes no new connection; its port may be another's by then.
    func awaitRefusal() async throws {
        while await (try? curl("GET", "/api/maxine/status")) != nil { try Task.checkCancellation() }
    }

    /// Has the policy files read at the next look, changed or not.
    func requestPolicyReload() { current?.gateway.requestPolicyReload() }

    /// What one that was killed right now would leave to the next: a gateway on a copy of the folder.
    func asAfterACrash() throws -> InProcessGateway {
        let copy = try TestFolder()
        let manager = FileManager.default
        // The catalogue first: whatever it lacks is in the log.
        let data = try files.names("data").sorted {
            $0.hasPrefix("registry") && !$1.hasPrefix("registry")
        }
        try manager.createDirectory(atPath: copy.path("data"), withIntermediateDirectories: true)
        for name in data.map({ "data/" + $0 }) + ["certs"]
        where !name.hasSuffix("-shm") && !name.hasSuffix(".sock") {
            try manager.copyItem(atPath: files.path(name), toPath: copy.path(name))
        }
        return try InProcessGateway(
            policy: settings.policyPath == nil ? nil : files.text("policy.yaml"),
            outside: outside, clock: clock, folder: copy
        ) {
            $0.limits = settings.limits
            $0.tokenIssuers = settings.tokenIssuers
            $0.sessions = settings.sessions
        }
    }

    /// Ends all that is live of one; says how many connections it had.
    func end(_ owner: LiveOwner) async -> Int {
        await current?.gateway.live.end(owner, because: "a test said so") ?? -1
    }

    /// How many revocations of certificates are in force.
    var revocations: Int { current?.gateway.certificates.count ?? -1 }

    /// Has the gateway count a certificate among those that it issued, which a test has signed with its keys.
    func vouch(forSHA256 digest: String, until end: Date) {
        current?.gateway.certificates.issued?.insert(
            certificateSHA256: digest,
            endNanoseconds: Int64(end.timeIntervalSince1970) * 1_000_000_000, issuedSeconds: 0)
    }

    /// Has one round of a service done, and returns once it is.
    func tick(_ round: Round) async throws { try await current?.ticker.tick(round) }

    /// Has the gateway read its policy anew from a file of this text.
    func reload(policy: String) async throws {
        try files.write(policy, to: "policy.yaml")
        try await tick(.policy)
    }

    private var current: Running? { running.withLockedValue { $0 } }
}

extension ListenAddress {
    /// A port of the system's choice on loopback.
    static let anyPort = ListenAddress(host: "127.0.0.1", port: 0)
}
