import Auth
import Foundation
import Gateway
import NIOConcurrencyHelpers
import Policy
import StrictJSON
import Support

/// A gateway in this process with the sample facade on both listeners, and what a sample call waits for.
final class SampleGateway: Sendable {
    /// When all its clocks begin, as records have it.
    static let moment = String(
        ISO8601DateFormatter().string(
            from: Date(timeIntervalSince1970: Double(TestClock.start) / 1e9)
        ).prefix(19))

    /// Operators may do all with services; anybody may sign on.
    static let policy = """
        maxine_policy: 1
        name: people
        roles: { public: { actions: [session.create] } }
        bindings:
          - { role: admin, subjects: [ { spiffe: "spiffe://{trust_domain}/operator/*" } ] }
          - { role: public, subjects: [ { anonymous: true } ] }
          - { role: public, subjects: [ { spiffe: "spiffe://{trust_domain}/operator/*" } ] }
        acl:
          - id: admins
            effect: allow
            subjects: [role:admin]
            actions: [service.*]
            resources: { services: ["*"], namespaces: ["*"] }
        """

    let directory = FakeDirectory()
    let decodes = DecodeCounter()
    let words = WordAuthenticator()
    let files = FaultyFiles()
    private let inner: InProcessGateway

    init(
        policy: String = SampleGateway.policy, slowLane: SlowLaneSettings = SlowLaneSettings(),
        drainSeconds: Int? = nil
    ) throws {
        var outside = OutsideParts()
        outside.tables = Self.tables(directory, decodes)
        outside.authenticators = [words]
        outside.slowLane = slowLane
        outside.files = files
        outside.journalRetrySeconds = 0.01
        inner = try InProcessGateway(policy: policy, outside: outside) {
            if let drainSeconds { $0.limits.drainSeconds = drainSeconds }
        }
    }

    /// The tests' own facade, on both listeners.
    static func tables(
        _ directory: FakeDirectory, _ decodes: DecodeCounter
    ) -> [ListenerName: [RouteTable]] {
        let table = SampleFacade.table(directory, decodes)
        return [.service: [table], .people: [table], .federation: [table]]
    }

    /// Runs the gateway while the body runs, then ends it and waits until all is written.
    func serving<R: Sendable>(_ body: @escaping @Sendable () async throws -> R) async throws -> R {
        try await inner.serving { _ in try await body() }
    }

    /// Tells the gateway to stop while the body still runs.
    func stop() async { await inner.stop() }

    /// Has the gateway read its policy anew.
    func reload(policy: String) async throws { try await inner.reload(policy: policy) }

    var folder: URL { inner.folder }
    var metrics: String { inner.metricsAddress }
    /// The way into the pipeline for callers in this process; only while it is served.
    var lanes: LaneTable { get throws { try inner.lanes } }

    func address(_ listener: ListenerName) -> String {
        switch listener {
        case .service: inner.serviceAddress
        case .people: inner.peopleAddress
        case .federation: inner.federationAddress
        }
    }

    /// What a page of a listener says where it comes from.
    func origin(_ listener: ListenerName) -> String {
        "https://localhost:\(address(listener).split(separator: ":").last ?? "")"
    }

    /// A sign-on from within the process.
    func signOn(
        _ user: String = "alice", as principal: Principal = .anonymous,
        from address: IPAddress? = nil
    ) async throws -> Done<SignOn.Success> {
        let lanes = try lanes
        return await lanes.perform(
            SignOn(user: user, password: "right", directory: directory),
            by: lanes.asker(principal, from: address))
    }

    /// Who asked for what a record says, in clear; nobody has no name.
    func asker(of record: String) throws -> String? {
        RecordedAsker.name(in: try StrictJSON.parse(Array(record.utf8)), of: folder)
    }

    /// The records of an action, in order.
    func records(_ action: String) throws -> [String] {
        try JournalFiles(of: folder).records(action)
    }
}

extension Principal {
    /// An operator of the test gateways' trust domain.
    static func `operator`(_ name: String) -> Principal {
        let id = "spiffe://maxine.local/operator/\(name)"
        return Principal(
            kind: .operator, id: id, authentication: .mtls, spiffeID: try? SPIFFEID(parsing: id))
    }
}

/// Takes words for tokens of those who are called so, until they are revoked.
final class WordAuthenticator: Authenticator, Sendable {
    private let revoked = NIOLockedValueBox<[String]>([])
    private let judged = NIOLockedValueBox(0)

    /// How often a credential was judged.
    var judgedCount: Int { judged.withLockedValue { $0 } }

    var generation: UInt64 { UInt64(revoked.withLockedValue { $0.count }) }

    func revoke(_ word: String) { revoked.withLockedValue { $0.append(word) } }

    func authenticate(_ credential: Credential, nowNanoseconds: Int64) -> Authentication {
        guard case .bearer(let token) = credential else { return .notMine }
        judged.withLockedValue { $0 += 1 }
        let word = String(decoding: token.bytes, as: UTF8.self)
        let isGood =
            ["alice", "bob"].contains(word) && !revoked.withLockedValue { $0.contains(word) }
        guard isGood else { return .refused(.invalidToken) }
        return .principal(
            Principal(kind: .user, id: word, authentication: .jwt),
            validUntilNanoseconds: nowNanoseconds + 60_000_000_000)
    }
}

/// Counts the bodies that were decoded.
final class DecodeCounter: Sendable {
    private let counted = NIOLockedValueBox(0)
    var count: Int { counted.withLockedValue { $0 } }
    func add() { counted.withLockedValue { $0 += 1 } }
}
